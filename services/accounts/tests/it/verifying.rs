//! Verifying credentials for the edge: who is let in, and who waits.

use jiff::SignedDuration;
use nsp_kit::clock::from_proto;
use nsp_proto::accounts::v1::{
    VerifyCredentialRequest, VerifyCredentialResponse, credential::Kind,
};
use tonic::Code;

use crate::{
    credentials::{PASSWORD, RY, service_of_jane, set},
    harness::{Credential, Service, fields},
};

const DEA: &str = "tlds/example/credentials/rri-dea";
const HOME: &str = "192.0.2.1";
const ELSEWHERE: &str = "203.0.113.5";

/// The edge, before which `example_ry` and `example_dea` have passwords and may come from 192.0.2.0/24.
async fn edge() -> anyhow::Result<(Service, Credential)> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    client
        .set_credential(set(RY, PASSWORD, &["192.0.2.0/24"]))
        .await?;
    client
        .set_credential(set(DEA, "Vault-harbour-58", &["192.0.2.0/24"]))
        .await?;
    let edge = service.edge()?;
    Ok((service, edge))
}

async fn show(
    edge: &mut Credential,
    user_name: &str,
    password: &str,
    address: &str,
) -> anyhow::Result<VerifyCredentialResponse> {
    let request = VerifyCredentialRequest {
        tld: "example".to_owned(),
        user_name: user_name.to_owned(),
        password: password.to_owned(),
        address: address.to_owned(),
    };
    Ok(edge.verify_credential(request).await?.into_inner())
}

#[tokio::test]
async fn the_right_one_is_told_what_it_may_do() -> anyhow::Result<()> {
    let (_service, mut edge) = edge().await?;
    let answer = show(&mut edge, "example_ry", PASSWORD, HOME).await?;
    assert_eq!((answer.verified, answer.kind()), (true, Kind::RriRy));
    assert_eq!((answer.credential.as_str(), answer.version), (RY, 1));
    assert_eq!(
        (answer.prefixes, answer.retry_time),
        (vec!["192.0.2.0/24".to_owned()], None)
    );
    let answer = show(&mut edge, "example_dea", "Vault-harbour-58", HOME).await?;
    assert_eq!(answer.kind(), Kind::RriDea);
    // From elsewhere, too: that it may not is for the edge to say.
    assert!(
        show(&mut edge, "example_ry", PASSWORD, ELSEWHERE)
            .await?
            .verified
    );
    Ok(())
}

#[tokio::test]
async fn nobody_learns_which_part_was_wrong() -> anyhow::Result<()> {
    let (service, mut edge) = edge().await?;
    let locked = Some(service.bed.clock.now() + SignedDuration::from_secs(1));
    for (user_name, password) in [
        ("example_ry", "Wrong-horse-77"),
        ("example_dea", PASSWORD),
        ("second_ry", PASSWORD),
        ("nobody", PASSWORD),
        ("EXAMPLE_RY", PASSWORD),
        ("", PASSWORD),
        ("example_ry ", PASSWORD),
    ] {
        let answer = show(&mut edge, user_name, password, HOME).await?;
        let until = answer.retry_time.as_ref().and_then(from_proto);
        assert_eq!(until, locked, "{user_name}");
        let rest = VerifyCredentialResponse {
            retry_time: None,
            ..answer
        };
        assert_eq!(rest, VerifyCredentialResponse::default(), "{user_name}");
    }
    // What cannot be one leaves nothing behind.
    for user_name in ["x".repeat(81), "a\0b".to_owned()] {
        let answer = show(&mut edge, &user_name, PASSWORD, HOME).await?;
        assert_eq!(answer, VerifyCredentialResponse::default());
    }
    assert_eq!(
        service
            .count("select count(*) from credential_locks")
            .await?,
        7
    );
    let request = VerifyCredentialRequest::default();
    let refusal = edge.verify_credential(request).await.unwrap_err();
    assert_eq!(
        (refusal.code(), fields(&refusal)),
        (Code::InvalidArgument, vec!["address".to_owned()])
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_try_locks_for_a_moment() -> anyhow::Result<()> {
    let (service, mut edge) = edge().await?;
    assert!(
        !show(&mut edge, "example_ry", "Wrong-horse-77", HOME)
            .await?
            .verified
    );
    // Locked: even the right one is not verified, and counts for nothing.
    assert!(
        !show(&mut edge, "example_ry", PASSWORD, HOME)
            .await?
            .verified
    );
    assert!(
        show(&mut edge, "example_dea", "Vault-harbour-58", HOME)
            .await?
            .verified
    );
    service.bed.clock.advance(SignedDuration::from_secs(1));
    assert!(
        show(&mut edge, "example_ry", PASSWORD, HOME)
            .await?
            .verified
    );
    let failures = "select failures::bigint from credential_locks where user_name = 'example_ry' and not stranger";
    assert_eq!(service.count(failures).await?, 1);
    let audited = "select count(*) from kit.audit where action = 'credential.locked' and actor = 'services/access'
                   and resource = 'tlds/example/credentials/rri-ry' and account is not null";
    assert_eq!(service.count(audited).await?, 1);
    Ok(())
}

#[tokio::test]
async fn strangers_lock_out_strangers_only() -> anyhow::Result<()> {
    let (service, mut edge) = edge().await?;
    for _ in 0..100 {
        let answer = show(&mut edge, "example_ry", "Wrong-horse-77", ELSEWHERE).await?;
        let until = answer.retry_time.as_ref().and_then(from_proto).unwrap();
        let wait = until.duration_since(service.bed.clock.now());
        if wait > SignedDuration::from_mins(1) {
            break;
        }
        service.bed.clock.advance(wait);
    }
    assert!(
        show(&mut edge, "example_ry", PASSWORD, HOME)
            .await?
            .verified
    );
    Ok(())
}

#[tokio::test]
async fn of_many_tries_at_once_one_counts() -> anyhow::Result<()> {
    let (service, edge) = edge().await?;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let mut edge = edge.clone();
        tries.spawn(async move { show(&mut edge, "example_ry", "Wrong-horse-77", HOME).await });
    }
    while let Some(answer) = tries.join_next().await {
        assert!(!answer??.verified);
    }
    let failures = "select failures::bigint from credential_locks where user_name = 'example_ry'";
    assert_eq!(service.count(failures).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_new_password_ends_the_lock_and_the_old_one() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    let mut edge = service.edge()?;
    client
        .set_credential(set(RY, PASSWORD, &["192.0.2.0/24"]))
        .await?;
    assert!(
        !show(&mut edge, "example_ry", "Wrong-horse-77", HOME)
            .await?
            .verified
    );
    client
        .set_credential(set(RY, "Another-horse-8", &["192.0.2.0/24"]))
        .await?;
    let answer = show(&mut edge, "example_ry", "Another-horse-8", HOME).await?;
    assert_eq!((answer.verified, answer.version), (true, 2));
    assert!(
        !show(&mut edge, "example_ry", PASSWORD, HOME)
            .await?
            .verified
    );
    Ok(())
}

#[tokio::test]
async fn tries_of_past_days_are_forgotten() -> anyhow::Result<()> {
    let (service, mut edge) = edge().await?;
    show(&mut edge, "nobody", PASSWORD, ELSEWHERE).await?;
    service.bed.clock.advance(SignedDuration::from_hours(24));
    nsp_kit::testbed::eventually(async || {
        let left = service
            .count("select count(*) from credential_locks")
            .await?;
        Ok((left == 0).then_some(()))
    })
    .await?;
    Ok(())
}
