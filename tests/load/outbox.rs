//! How fast a full outbox is emptied, against JetStream taking the same bytes from a client that has nothing else to do.

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, message::PublishMessage};
use futures_util::future::try_join_all;
use nsp_kit::{
    auth::Actor,
    clock::Clock,
    db::Database,
    events::{self, About, outbox},
    testbed::{Bed, owner_pool},
};
use nsp_proto::events::v1::CaseReopened;
use sqlx::migrate::Migrator;
use uuid::Uuid;

use crate::{
    figures::{heading, row},
    stack::Stack,
};

const EVENTS: u32 = 20_000;
/// As many as the relay has under way at a time.
const BATCH: usize = 200;
static NO_TABLES: Migrator = Migrator::DEFAULT;

pub async fn measure(_: &Stack) -> anyhow::Result<()> {
    heading("outbox");
    let bed = Bed::new(Clock::system()).await?;
    let config = bed.database("load", &NO_TABLES).await?;
    let (db, owner) = (Database::connect(&config)?, owner_pool(&config).await?);
    fill(&db).await?;

    let began = Instant::now();
    let relay = {
        let (db, nats, clock) = (db.clone(), bed.nats(), bed.clock.clone());
        tokio::spawn(async move { outbox::relay("load", &db, &nats, &clock).await })
    };
    loop {
        let left: bool = sqlx::query_scalar("select exists (select from kit.outbox)")
            .fetch_one(&owner)
            .await?;
        if !left {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let drained = f64::from(EVENTS) / began.elapsed().as_secs_f64();
    relay.abort();

    let bare = bare(&bed).await?;
    row(
        "events a second out of a full outbox",
        &format!("{drained:.0}"),
        "",
    );
    row(
        "bare JetStream, the same messages",
        &format!("{bare:.0}"),
        "",
    );
    row("ratio", &format!("{:.2}", drained / bare), "≥ 0.5");
    Ok(())
}

fn event(number: u32) -> CaseReopened {
    CaseReopened {
        case: format!("cases/{}", Uuid::now_v7()),
        number: format!("{number:08}"),
        ..Default::default()
    }
}

async fn fill(db: &Database) -> anyhow::Result<()> {
    let actor = Actor::Service("load".to_owned());
    let mut tx = db.begin(&actor, Clock::system().now()).await?;
    for number in 0..EVENTS {
        let event = event(number);
        events::publish(&mut tx, &About::new(&event.case, None), &event).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The same messages over one connection, in batches as large as the relay's, every one acknowledged.
async fn bare(bed: &Bed) -> anyhow::Result<f64> {
    let js = jetstream::new(async_nats::connect(bed.nats().url).await?);
    events::stream(&js).await?;
    let messages: Vec<PublishMessage> = (0..EVENTS).map(message).collect::<Result<_, _>>()?;
    let began = Instant::now();
    for batch in messages.chunks(BATCH) {
        let mut acks = Vec::with_capacity(batch.len());
        for message in batch {
            let sent = js
                .send_publish("nsp.cases.v1.case.reopened", message.clone())
                .await?;
            acks.push(sent.into_future());
        }
        try_join_all(acks).await?;
    }
    Ok(f64::from(EVENTS) / began.elapsed().as_secs_f64())
}

/// With the headers that the relay writes.
fn message(number: u32) -> anyhow::Result<PublishMessage> {
    let (id, event) = (Uuid::now_v7().to_string(), event(number));
    Ok(PublishMessage::build()
        .message_id(&id)
        .header("ce-specversion", "1.0")
        .header("ce-id", id.as_str())
        .header("ce-source", "/nsp/load")
        .header("ce-type", "nsp.events.v1.CaseReopened")
        .header("ce-subject", event.case.as_str())
        .header("ce-time", Clock::system().now().to_string().as_str())
        .header("ce-datacontenttype", "application/json")
        .payload(serde_json::to_vec(&event)?.into()))
}
