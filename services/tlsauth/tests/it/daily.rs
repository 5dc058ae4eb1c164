//! The check after each change and once a day, and the mails that it causes, once each.

use std::time::Duration;

use jiff::SignedDuration;
use nsp_dane::Answer;
use nsp_kit::{auth::Person, testbed::eventually};
use nsp_proto::tlsauth::v1::{GetTlsClientRequest, TlsCheck, TlsClientRecord, TlsRole, tls_check};
use tls_check::Verdict;

use crate::{
    harness::{DAY, World, add, record, update},
    names::{Names, Table, certificate},
};

const HOST: &str = "rri.example.net";
const MONTHLY: [TlsRole; 1] = [TlsRole::MonthlyReporting];

/// A world whose outbox keeps what was published, to be looked at.
async fn start(table: &Table) -> anyhow::Result<World> {
    let world = World::start_asking(Names::Table(table.clone())).await?;
    sqlx::query("create rule keep as on delete to kit.outbox do instead nothing")
        .execute(&world.owner)
        .await?;
    Ok(world)
}

/// The entry's checks, once each was made at this time or later.
async fn checked(
    world: &World,
    person: &Person,
    name: &str,
    after: jiff::Timestamp,
) -> anyhow::Result<Vec<TlsCheck>> {
    let request = GetTlsClientRequest {
        name: name.to_owned(),
    };
    eventually(async || {
        let entry = world
            .client(person)?
            .get_tls_client(request.clone())
            .await?;
        let entry = entry.into_inner();
        let is_new = |check: &TlsCheck| {
            let at = check.check_time.as_ref().map(|at| at.seconds);
            at >= Some(after.as_second())
        };
        let all = entry.checks.len() == entry.domain_names.len();
        Ok((all && entry.checks.iter().all(is_new)).then_some(entry.checks))
    })
    .await
}

/// Recipients and bodies of mails so far, once there are so many; and that there are no more a moment later.
async fn mails(world: &World, count: usize) -> anyhow::Result<Vec<(String, String, String)>> {
    let read = async || -> anyhow::Result<Vec<(String, String, String)>> {
        let rows = sqlx::query_as(
            "select data -> 'recipients' ->> 0, data -> 'values' ->> 'subject', data -> 'values' ->> 'body'
             from kit.outbox where subject like 'nsp.mail.%' and data ->> 'template' = 'tls_check_failed' order by seq",
        );
        Ok(rows.fetch_all(&world.owner).await?)
    };
    eventually(async || Ok((read().await?.len() >= count).then_some(()))).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mails = read().await?;
    assert_eq!(mails.len(), count, "{mails:?}");
    Ok(mails)
}

async fn events(world: &World) -> anyhow::Result<Vec<String>> {
    let events = sqlx::query_scalar(
        "select subject from kit.outbox where subject like 'nsp.tlsauth.%check%' order by seq",
    );
    Ok(events.fetch_all(&world.owner).await?)
}

/// A day later: moves the clock, and waits for the check.
async fn next_day(world: &World, person: &Person, name: &str) -> anyhow::Result<Vec<TlsCheck>> {
    world.clock.advance(DAY + SignedDuration::from_mins(5));
    checked(world, person, name, world.clock.now()).await
}

#[tokio::test]
async fn what_breaks_is_found_and_told_once() -> anyhow::Result<()> {
    let table = Table::default();
    let (_, it) = certificate(HOST, (2030, 1, 1));
    table.vouch(HOST, &[&it]);
    let world = start(&table).await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["one", "two"]).await?;
    let entry = record(HOST, &MONTHLY);
    let made = add(&mut world.client(&sjoerd)?, &["one", "two"], &entry).await?;
    let name = made[0].name.clone();
    let first = checked(&world, &jane, &name, world.clock.now()).await?;
    assert_eq!(first[0].verdict(), Verdict::Works);

    // Nobody is told of a DNS that does not answer.
    table.fall_silent();
    assert_eq!(
        next_day(&world, &jane, &name).await?[0].verdict(),
        Verdict::Unknown
    );
    mails(&world, 0).await?;

    table.say(HOST, Answer::NoRecord { ttl: 60 });
    assert_eq!(
        next_day(&world, &jane, &name).await?[0].verdict(),
        Verdict::Broken
    );
    let told = mails(&world, 2).await?;
    let mut recipients: Vec<&str> = told.iter().map(|it| it.0.as_str()).collect();
    recipients.sort_unstable();
    let (registry, provider) = (jane.user.to_string(), sjoerd.user.to_string());
    let mut expected = [registry.as_str(), provider.as_str()];
    expected.sort_unstable();
    assert_eq!(
        recipients, expected,
        "one mail each, though it is about two TLDs"
    );
    assert_eq!(told[0].1, ".one, .two");
    assert!(
        told[0]
            .2
            .starts_with("rri.example.net: rri.example.net has no TLSA record.")
    );

    // Not again, as long as it stays so; and again when it came back and went.
    next_day(&world, &jane, &name).await?;
    mails(&world, 2).await?;
    table.vouch(HOST, &[&it]);
    assert_eq!(
        next_day(&world, &jane, &name).await?[0].verdict(),
        Verdict::Works
    );
    mails(&world, 2).await?;
    table.say(HOST, Answer::NoName { ttl: 60 });
    next_day(&world, &jane, &name).await?;
    mails(&world, 4).await?;
    let of_each = |what: &str| vec![format!("nsp.tlsauth.v1.tls-client.check-{what}"); 2];
    let expected = ["failed", "recovered", "failed"].map(of_each).concat();
    assert_eq!(events(&world).await?, expected);
    Ok(())
}

#[tokio::test]
async fn a_certificate_is_watched_until_it_expires() -> anyhow::Result<()> {
    let table = Table::default();
    // Forty days after the clock's beginning.
    let (pem, it) = certificate(HOST, (2026, 12, 31));
    table.vouch(HOST, &[&it]);
    let world = start(&table).await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let wanted = TlsClientRecord {
        certificates: vec![pem],
        ..record(HOST, &MONTHLY)
    };
    let made = add(&mut world.client(&jane)?, &["one"], &wanted)
        .await?
        .remove(0);
    let first = checked(&world, &jane, &made.name, world.clock.now()).await?;
    assert_eq!(first[0].verdict(), Verdict::Works);
    assert!(first[0].certificate_expire_time.is_some());
    // How many days later, and how many mails there are then.
    for (days, mails_then) in [(5, 0), (6, 1), (1, 1), (21, 2), (1, 2), (5, 3)] {
        world.clock.advance(DAY * days);
        let check = checked(&world, &jane, &made.name, world.clock.now()).await?;
        let warned = check[0].verdict() == Verdict::Warning;
        assert_eq!(warned, mails_then > 0, "{check:?}");
        mails(&world, mails_then).await?;
    }
    // A change makes it look again, and does not make it write again.
    let changed = TlsClientRecord {
        note: "numbat".into(),
        ..wanted
    };
    let made = TlsClientRecord {
        etag: String::new(),
        ..made
    };
    let request = update(&[&made], &changed, &["note"]);
    world.client(&jane)?.update_tls_clients(request).await?;
    checked(&world, &jane, &made.name, world.clock.now()).await?;
    mails(&world, 3).await?;
    Ok(())
}

#[tokio::test]
async fn two_replicas_and_one_that_is_killed_check_each_name_once() -> anyhow::Result<()> {
    let table = Table::default();
    let (_, it) = certificate(HOST, (2030, 1, 1));
    table.vouch(HOST, &[&it]);
    let mut world = start(&table).await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let entry = record(HOST, &MONTHLY);
    let name = add(&mut world.client(&jane)?, &["one"], &entry)
        .await?
        .remove(0)
        .name;
    checked(&world, &jane, &name, world.clock.now()).await?;
    let first = world.running.clone();
    world.run().await?;
    table.say(HOST, Answer::NoName { ttl: 60 });
    next_day(&world, &jane, &name).await?;
    mails(&world, 1).await?;
    // The one that is left goes on.
    first.cancel();
    table.vouch(HOST, &[&it]);
    assert_eq!(
        next_day(&world, &jane, &name).await?[0].verdict(),
        Verdict::Works
    );
    table.say(HOST, Answer::NoName { ttl: 60 });
    next_day(&world, &jane, &name).await?;
    mails(&world, 2).await?;
    assert_eq!(events(&world).await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn who_never_worked_is_not_written_to() -> anyhow::Result<()> {
    let table = Table::default();
    table.say(HOST, Answer::NoName { ttl: 60 });
    let world = start(&table).await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let entry = record(HOST, &MONTHLY);
    let name = add(&mut world.client(&jane)?, &["one"], &entry)
        .await?
        .remove(0)
        .name;
    let first = checked(&world, &jane, &name, world.clock.now()).await?;
    assert_eq!(first[0].verdict(), Verdict::Broken);
    next_day(&world, &jane, &name).await?;
    mails(&world, 0).await?;
    Ok(())
}
