//! Certificates and signing keys change under load, and no call fails.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use data_encoding::BASE64URL_NOPAD;
use nsp_proto::cases::v1::{GetCaseRequest, case_service_client::CaseServiceClient};
use nsp_testbed::ca::Authority;

use crate::{
    verify::verify,
    world::World,
    writers::{Plan, write},
};

const SERVICES: [&str; 4] = ["identity", "cases", "mail", "gateway"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: cargo xtask test --faults"]
async fn certificates_and_signing_keys_change_without_a_failed_call() -> anyhow::Result<()> {
    let world = World::start().await?;
    prepare_key(&world).await?;
    let mut plan = Plan::new("rotation", 4, usize::MAX);
    plan.pause = Duration::from_millis(50);
    let (their_world, their_plan) = (Arc::clone(&world), plan.clone());
    let writing = tokio::spawn(async move { write(&their_world, &their_plan).await });

    let (mut keys, mut connections) = (BTreeSet::new(), 0);
    let began = Instant::now();
    let mut last_change = Instant::now();
    let mut changes = 0;
    while began.elapsed() < Duration::from_secs(25) {
        if last_change.elapsed() > Duration::from_secs(4) {
            change_certificates(world.tls(), changes == 2)?;
            changes += 1;
            last_change = Instant::now();
        }
        let person = &world.people[5];
        person.authenticate(&world).await?;
        keys.insert(key_id(&person.token())?);
        // A new connection each time: the shared ones were made with the first certificates.
        for label in ["cases-1", "cases-2"] {
            let line = world.connect(label)?.acting(&person.token());
            let request = GetCaseRequest {
                name: "cases/99999999".to_owned(),
            };
            let status = CaseServiceClient::new(line).get_case(request).await;
            let code = status.err().context("such a case")?.code();
            ensure!(
                code == tonic::Code::NotFound,
                "{code:?} after {changes} changes"
            );
            connections += 1;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    plan.stop.store(true, Ordering::Relaxed);
    let work = writing.await??;
    ensure!(work.refusals.is_empty(), "{:?}", work.refusals);
    ensure!(keys.len() == 2, "tokens were signed with {keys:?}");
    let found = verify(&world, &work).await?;
    println!("{changes} changes of certificates, {connections} new connections, 2 keys, {found}");
    Ok(())
}

/// New certificates for everybody, written one file after the other; once of a new authority, which is trusted beside
/// the old one.
fn change_certificates(folder: &Path, new_authority: bool) -> anyhow::Result<()> {
    let authority = if new_authority {
        let authority = Authority::new()?;
        let bundle = folder.join("ca.pem");
        let old = fs::read_to_string(&bundle)?;
        fs::write(&bundle, format!("{old}\n{}", authority.pem()))?;
        // Everybody must trust it before anybody shows a certificate of it.
        std::thread::sleep(Duration::from_secs(5));
        authority
    } else {
        Authority::open(folder)?
    };
    for name in SERVICES {
        let identity = authority.issue(name)?;
        fs::write(folder.join(format!("{name}.pem")), identity.certificate)?;
        if name != "gateway" {
            std::thread::sleep(Duration::from_millis(100));
        }
        fs::write(folder.join(format!("{name}.key")), identity.key)?;
    }
    Ok(())
}

/// Has identity make its next signing key now, which is to sign ten seconds after identity has started again.
async fn prepare_key(world: &World) -> anyhow::Result<()> {
    let identity = world.owner("identity").await?;
    sqlx::query("update signing_keys set not_before = not_before - interval '40 days'")
        .execute(&identity)
        .await?;
    let began = Instant::now();
    loop {
        let keys: i64 = sqlx::query_scalar("select count(*) from signing_keys")
            .fetch_one(&identity)
            .await?;
        if keys == 2 {
            break;
        }
        ensure!(
            began.elapsed() < Duration::from_secs(20),
            "{keys} signing keys"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let service = world.service("identity");
    service.stop()?;
    sqlx::query(
        "update signing_keys set not_before = now() + interval '10 seconds' where not_before > now()",
    )
    .execute(&identity)
    .await?;
    service.start()?;
    service.ready().await
}

/// The `kid` in a token's header.
fn key_id(token: &str) -> anyhow::Result<String> {
    let header = token.split('.').next().context("no token")?;
    let header = String::from_utf8(BASE64URL_NOPAD.decode(header.as_bytes())?)?;
    let start = header.split("\"kid\":\"").nth(1).context("no kid")?;
    Ok(start.split('"').next().unwrap_or_default().to_owned())
}
