//! Every method, asked for what is another account's.

use nsp_proto::{access::METHODS, auth::v1::Role};
use nsp_test_client::raw::{call, service_of};
use nsp_tests::people::SignedIn;

use super::{neighbours::Neighbours, probes::probes};

/// A provider who uploads something for a TLD is told whose consent is asked for, and that much is no secret: IANA's root zone
/// database names the operator of each TLD.
const UPLOADS: &str = "/nsp.tlsauth.v1.UploadService/";
const OPERATOR: &str = "Acme Registry Ltd";

#[tokio::test]
async fn no_method_shows_or_changes_what_is_another_accounts() -> anyhow::Result<()> {
    let it = Box::pin(Neighbours::meet()).await?;
    it.tempt(async |reader| ask_everything(&it, reader).await)
        .await
}

async fn ask_everything(it: &Neighbours, reader: &SignedIn) -> anyhow::Result<()> {
    let probes = probes(it, reader);
    let portal = [
        Role::Administrator,
        Role::Cases,
        Role::Compliance,
        Role::Technical,
        Role::Billing,
        Role::ReadOnly,
    ];
    for method in METHODS {
        let channel = it
            .world
            .acting(service_of(method.path), &reader.session.token)?;
        if !method.allows_person(&portal) {
            let refusal = call(channel, method.path, Vec::new()).await.unwrap_err();
            assert_eq!(
                refusal.code(),
                tonic::Code::PermissionDenied,
                "{}",
                method.path
            );
            continue;
        }
        let probes = probes.get(method.path);
        let probes = probes.unwrap_or_else(|| {
            panic!(
                "{} is new: say how to probe it in isolation/probes.rs",
                method.path
            )
        });
        for probe in probes {
            let answer = call(channel.clone(), method.path, probe.clone()).await;
            let mut text = match answer {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(status) => format!("{status:?} {}", String::from_utf8_lossy(status.details())),
            };
            if method.path.starts_with(UPLOADS) {
                text = text.replace(OPERATOR, "");
            }
            it.assert_nothing_leaks(&text, method.path);
        }
    }
    Ok(())
}
