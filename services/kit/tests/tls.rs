//! Mutual TLS between services: who is let in, and certificates that change while the service runs.

use std::{fs, sync::Arc};

use nsp_kit::{
    client,
    clock::Clock,
    config,
    testbed::{Bed, eventually},
    tls::Certificates,
};
use nsp_proto::identity::v1::{ListSigningKeysRequest, key_service_client::KeyServiceClient};
use tonic::Code;

async fn call(
    bed: &Bed,
    service: &'static str,
    files: &config::Tls,
) -> anyhow::Result<Result<(), Code>> {
    let channel = client::connect(service, bed.identity(), &Certificates::load(files)?)?;
    let answer = KeyServiceClient::new(channel)
        .list_signing_keys(ListSigningKeysRequest {})
        .await;
    Ok(answer.map(drop).map_err(|status| status.code()))
}

#[tokio::test]
async fn only_a_certificate_of_our_authority_gets_in() -> anyhow::Result<()> {
    let bed = Bed::new(Clock::system()).await?;
    let stranger = Bed::new(Clock::system()).await?;
    let ours = bed.tls("cases")?;
    assert_eq!(call(&bed, "identity", &ours).await?, Ok(()));
    // Trusts our authority, but shows a certificate of another one.
    let theirs = config::Tls {
        ca: ours.ca.clone(),
        ..stranger.tls("cases")?
    };
    assert_eq!(
        call(&bed, "identity", &theirs).await?,
        Err(Code::Unavailable)
    );
    Ok(())
}

#[tokio::test]
async fn a_service_with_the_wrong_name_is_refused() -> anyhow::Result<()> {
    let bed = Bed::new(Clock::system()).await?;
    assert_eq!(
        call(&bed, "accounts", &bed.tls("cases")?).await?,
        Err(Code::Unavailable)
    );
    Ok(())
}

#[tokio::test]
async fn changed_files_are_used_for_new_connections_and_broken_ones_are_not() -> anyhow::Result<()>
{
    let bed = Bed::new(Clock::system()).await?;
    let stranger = Bed::new(Clock::system()).await?;
    let (ours, theirs) = (bed.tls("cases")?, stranger.tls("cases")?);
    let files = config::Tls {
        ca: ours.ca.clone(),
        certificate: bed.folder().join("own.pem"),
        key: bed.folder().join("own.key"),
    };
    fs::copy(&theirs.certificate, &files.certificate)?;
    fs::copy(&theirs.key, &files.key)?;
    let certificates = Certificates::load(&files)?;
    let reloading = Arc::clone(&certificates);
    tokio::spawn(async move { reloading.reload().await });
    let keys = || async {
        let channel = client::connect("identity", bed.identity(), &certificates)?;
        let answer = KeyServiceClient::new(channel)
            .list_signing_keys(ListSigningKeysRequest {})
            .await;
        anyhow::Ok(answer.is_ok())
    };
    assert!(!keys().await?);

    fs::write(&files.certificate, "not a certificate")?;
    fs::copy(&ours.key, &files.key)?;
    fs::copy(&ours.certificate, &files.certificate)?;
    eventually(async || Ok(keys().await?.then_some(()))).await
}
