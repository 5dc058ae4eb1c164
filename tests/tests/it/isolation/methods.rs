//! Every method, asked for what is another account's.

use nsp_proto::{access::METHODS, auth::v1::Role};
use nsp_test_client::raw::{call, service_of};

use super::{neighbours::Neighbours, probes::probes};

#[tokio::test]
async fn no_method_shows_or_changes_what_is_another_accounts() -> anyhow::Result<()> {
    let it = Box::pin(Neighbours::meet()).await?;
    let before = it.belongings().await?;
    let probes = probes(&it);
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
            .acting(service_of(method.path), &it.omar.session.token)?;
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
            let text = match answer {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(status) => format!("{status:?} {}", String::from_utf8_lossy(status.details())),
            };
            it.assert_nothing_leaks(&text, method.path);
        }
    }
    assert_eq!(
        it.belongings().await?,
        before,
        "Omar changed something of Jane's"
    );
    Ok(())
}
