//! Events from a transaction to a handler: in order, once, whatever breaks in between.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_nats::jetstream;
use jiff::Timestamp;
use nsp_kit::{
    auth::Actor,
    clock::Clock,
    config,
    db::{Database, Tx},
    events::{self, About, Event, Handler, inbox, outbox},
    proxy::Proxy,
    testbed::{Bed, eventually, owner_pool, staff},
};
use nsp_proto::events::v1::CaseReopened;
use sqlx::{PgPool, migrate::Migrator};
use uuid::Uuid;

static NO_TABLES: Migrator = Migrator::DEFAULT;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Handler for Log {
    const SERVICE: &'static str = "test";
    const SUBJECTS: &'static str = "nsp.cases.v1.>";

    async fn handle(&self, _: &mut Tx, event: &Event) -> anyhow::Result<()> {
        let number = event.decode::<CaseReopened>().unwrap()?.number;
        let mut log = self.0.lock().unwrap();
        log.push(number.clone());
        anyhow::ensure!(
            number != "b" || log.iter().filter(|seen| *seen == "b").count() > 1,
            "the first b fails"
        );
        Ok(())
    }
}

struct World {
    bed: Bed,
    db: Database,
    owner: PgPool,
}

impl World {
    async fn new() -> anyhow::Result<Self> {
        let bed = Bed::new(Clock::system()).await?;
        let config = bed.database("test", &NO_TABLES).await?;
        Ok(Self {
            bed,
            db: Database::connect(&config)?,
            owner: owner_pool(&config).await?,
        })
    }

    async fn js(&self) -> anyhow::Result<jetstream::Context> {
        Ok(jetstream::new(
            async_nats::connect(self.bed.nats().url).await?,
        ))
    }

    fn relay(&self, nats: config::Nats) {
        let (db, clock) = (self.db.clone(), self.bed.clock.clone());
        tokio::spawn(async move { outbox::relay("test", &db, &nats, &clock).await });
    }

    async fn announce(&self, number: &str) -> anyhow::Result<Tx> {
        let mut tx = self
            .db
            .begin(
                &Actor::Person(Box::new(staff("Ada", &[]))),
                self.bed.clock.now(),
            )
            .await?;
        let event = CaseReopened {
            number: number.to_owned(),
            ..Default::default()
        };
        events::announce(
            &mut tx,
            &About::new(&format!("cases/{number}"), None),
            &event,
        )
        .await?;
        Ok(tx)
    }

    async fn count(&self, query: &'static str) -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar(query).fetch_one(&self.owner).await?)
    }

    async fn until(&self, query: &'static str, expected: i64) -> anyhow::Result<()> {
        eventually(async || Ok((self.count(query).await? == expected).then_some(()))).await
    }
}

#[tokio::test]
async fn events_arrive_in_order_and_once_even_when_published_twice() -> anyhow::Result<()> {
    let world = World::new().await?;
    let js = world.js().await?;
    for number in ["a", "b", "c"] {
        world.announce(number).await?.commit().await?;
    }
    drop(world.announce("rolled back").await?);
    sqlx::query("create table copy as select * from kit.outbox")
        .execute(&world.owner)
        .await?;

    let log = Log::default();
    let handler = log.clone();
    world.relay(world.bed.nats());
    let (db, stream, clock) = (world.db.clone(), js.clone(), world.bed.clock.clone());
    tokio::spawn(async move { inbox::consume(&handler, &db, &stream, &clock).await });
    world.until("select count(*) from kit.inbox", 3).await?;
    assert_eq!(log.read(), ["a", "b", "b", "c"]);

    // A crash between publishing and deleting leaves the rows to be published again.
    sqlx::query("insert into kit.outbox overriding system value select * from copy")
        .execute(&world.owner)
        .await?;
    sqlx::query("select pg_notify('nsp_outbox', '')")
        .execute(&world.owner)
        .await?;
    world.until("select count(*) from kit.outbox", 0).await?;
    world.announce("d").await?.commit().await?;
    eventually(async || Ok((log.read().len() == 5).then_some(()))).await?;
    assert_eq!(log.read(), ["a", "b", "b", "c", "d"]);
    assert_eq!(events::stream(&js).await?.info().await?.state.messages, 4);
    Ok(())
}

#[tokio::test]
async fn an_event_that_comes_again_after_the_duplicate_window_is_handled_once() -> anyhow::Result<()>
{
    let world = World::new().await?;
    let js = world.js().await?;
    events::stream(&js).await?;
    // Two messages of the same event that JetStream does not know to be the same.
    let again = CaseReopened {
        number: "z".to_owned(),
        ..Default::default()
    };
    for _ in 0..2 {
        world.bed.publish_event(Uuid::max(), "", &again).await?;
    }
    world.announce("last").await?.commit().await?;
    let log = Log::default();
    let (handler, db, stream, clock) = (
        log.clone(),
        world.db.clone(),
        js.clone(),
        world.bed.clock.clone(),
    );
    tokio::spawn(async move { inbox::consume(&handler, &db, &stream, &clock).await });
    world.relay(world.bed.nats());
    eventually(async || Ok((log.read().last().is_some_and(|seen| seen == "last")).then_some(())))
        .await?;
    assert_eq!(log.read(), ["z", "last"]);
    Ok(())
}

#[tokio::test]
async fn a_commit_wakes_the_relay_at_once() -> anyhow::Result<()> {
    let world = World::new().await?;
    world.relay(world.bed.nats());
    // The second event finds a relay that listens.
    for number in ["a", "b"] {
        world.announce(number).await?.commit().await?;
        tokio::time::timeout(
            Duration::from_secs(10),
            world.until("select count(*) from kit.outbox", 0),
        )
        .await??;
    }
    Ok(())
}

#[tokio::test]
async fn events_keep_their_order_when_connections_break_in_the_middle_of_a_batch()
-> anyhow::Result<()> {
    const EVENTS: i64 = 150;
    let world = World::new().await?;
    let nats: async_nats::ServerAddr = world.bed.nats().url.parse()?;
    let proxy = Proxy::open(Some(([127, 0, 0, 1], nats.port()).into())).await?;
    // Enough to connect and to store a part of a batch.
    proxy.change(|network| network.cut_after = Some(1_000_000));
    // More than all buffers hold, so that what is lost and what is still to be sent differ.
    let text = "x".repeat(60_000);
    for number in 0..EVENTS {
        let tx = world.announce(&format!("{number:04}{text}")).await?;
        tx.commit().await?;
    }
    world.relay(config::Nats {
        url: format!("nats://{}", proxy.address()),
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    proxy.change(|network| network.cut_after = None);
    proxy.cut();
    world.until("select count(*) from kit.outbox", 0).await?;

    let stream = events::stream(&world.js().await?).await?;
    let mut stored = Vec::new();
    for sequence in 1..=stream.get_info().await?.state.last_sequence {
        let message = stream.get_raw_message(sequence).await?;
        let about = message.headers.get("ce-subject").unwrap().to_string();
        stored.push(about.trim_end_matches('x').to_owned());
    }
    let expected: Vec<String> = (0..EVENTS).map(|n| format!("cases/{n:04}")).collect();
    assert_eq!(stored, expected);
    Ok(())
}

#[tokio::test]
async fn the_change_the_event_and_the_audit_row_are_one() -> anyhow::Result<()> {
    let world = World::new().await?;
    drop(world.announce("lost").await?);
    world.announce("kept").await?.commit().await?;
    assert_eq!(world.count("select count(*) from kit.outbox").await?, 1);
    let audit: (String, String, String) =
        sqlx::query_as("select actor_name, action, resource from kit.audit")
            .fetch_one(&world.owner)
            .await?;
    assert_eq!(
        audit,
        (
            "Ada".to_owned(),
            "case.reopened".to_owned(),
            "cases/kept".to_owned()
        )
    );
    Ok(())
}

#[tokio::test]
async fn a_transaction_without_a_scope_sees_and_writes_nothing() -> anyhow::Result<()> {
    let world = World::new().await?;
    world.announce("hidden").await?.commit().await?;
    let mut tx = world
        .db
        .begin_as_service("test", Timestamp::UNIX_EPOCH)
        .await?;
    sqlx::query("set local nsp.scope = ''")
        .execute(&mut *tx)
        .await?;
    for table in ["kit.outbox", "kit.audit", "kit.inbox", "kit.parked"] {
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await?;
        assert_eq!(seen, 0, "{table}");
    }
    let added = sqlx::query("insert into kit.inbox values ('x', gen_random_uuid(), now())")
        .execute(&mut *tx)
        .await;
    assert_eq!(
        added
            .unwrap_err()
            .as_database_error()
            .unwrap()
            .code()
            .as_deref(),
        Some("42501")
    );
    Ok(())
}
