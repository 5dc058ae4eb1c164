//! From the database to JetStream.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Context;
use async_nats::{
    Auth, AuthError, ConnectOptions, ServerAddr,
    jetstream::{self, context::PublishAckFuture, message::PublishMessage},
};
use futures_util::future::try_join_all;
use jiff_sqlx::ToSqlx;
use nsp_proto::event::Event as Message;
use uuid::Uuid;

use crate::{
    clock::Clock,
    config,
    db::{Database, Tx},
    id::AccountId,
    telemetry,
};

/// How many events are under way to JetStream at a time.
const CHUNK: usize = 200;
/// So many are sent at most before what was sent is deleted.
const BATCH: usize = 2_000;
/// How long an event waits at most when its notification was lost.
const POLL: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(500);
const CHANNEL: &str = "nsp_outbox";

/// What a change is about.
#[derive(Debug, Clone)]
pub struct About {
    /// The resource's name, such as `cases/{case}`.
    pub resource: String,
    /// The account it belongs to, if one.
    pub account: Option<AccountId>,
}

impl About {
    pub fn new(resource: &impl ToString, account: impl Into<Option<AccountId>>) -> Self {
        Self {
            resource: resource.to_string(),
            account: account.into(),
        }
    }
}

/// Announces a change: the event, and the audit row that says who made it. Both become real when `tx` commits.
pub async fn announce<E: Message>(tx: &mut Tx, about: &About, event: &E) -> sqlx::Result<()> {
    let action = E::SUBJECT.splitn(4, '.').nth(3).unwrap_or(E::SUBJECT);
    audit(tx, about, action).await?;
    publish(tx, about, event).await
}

/// Writes down who did what, without an event. `action` is like `note.created`.
pub async fn audit(tx: &mut Tx, about: &About, action: &str) -> sqlx::Result<()> {
    sqlx::query(
        "insert into kit.audit (id, time, actor, actor_name, account, action, resource, trace)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(Uuid::now_v7())
    .bind(tx.now().to_sqlx())
    .bind(tx.actor().to_string())
    .bind(tx.actor_name().to_owned())
    .bind(about.account)
    .bind(action)
    .bind(&about.resource)
    .bind(telemetry::current_trace())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes an event down, to be published once `tx` has committed.
pub async fn publish<E: Message>(tx: &mut Tx, about: &About, event: &E) -> sqlx::Result<()> {
    let data =
        serde_json::to_string(event).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query(
        "with event as (
             insert into kit.outbox (id, subject, type, about, account, data, trace, time)
             values ($1, $2, $3, $4, $5, $6::json, $7, $8))
         select pg_notify($9, '')",
    )
    .bind(Uuid::now_v7())
    .bind(E::SUBJECT)
    .bind(E::full_name())
    .bind(&about.resource)
    .bind(about.account)
    .bind(data)
    .bind(telemetry::current_trace())
    .bind(tx.now().to_sqlx())
    .bind(CHANNEL)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Publishes what is in the outbox, for ever. One replica at a time does it.
pub async fn relay(
    service: &str,
    db: &Database,
    nats: &config::Nats,
    clock: &Clock,
) -> anyhow::Result<()> {
    loop {
        let Err(error) = relay_until_it_breaks(service, db, nats, clock).await;
        tracing::warn!(?error, "the outbox waits");
        tokio::time::sleep(RETRY).await;
    }
}

/// One connection's work. Whatever breaks ends the connection too: what it still holds must not be sent.
async fn relay_until_it_breaks(
    service: &str,
    db: &Database,
    nats: &config::Nats,
    clock: &Clock,
) -> anyhow::Result<Infallible> {
    let js = jetstream::new(connect_once(service, nats).await?);
    // Without the stream nobody would keep what is published.
    super::stream(&js).await?;
    let mut listener = None;
    loop {
        if relay_batch(service, db, &js, clock).await? > 0 {
            continue;
        }
        // The first round after the registration looks once more: what was written before it gave no notification.
        let Some(woken) = &mut listener else {
            listener = Some(db.listen(CHANNEL).await?);
            continue;
        };
        if let Ok(notification) = tokio::time::timeout(POLL, woken.recv()).await {
            notification.context("notifications stopped")?;
        }
    }
}

/// A connection to NATS that never comes back by itself.
///
/// The client's own way to reconnect forgets what it had written and goes on with what it had not: the end of a batch
/// would be stored before its beginning. Over one connection the stored part of a batch is a beginning of it, and the
/// same batch on the next connection fits behind.
async fn connect_once(service: &str, nats: &config::Nats) -> anyhow::Result<async_nats::Client> {
    let address: ServerAddr = nats.url.parse().context("nats.url")?;
    let mut credentials = Auth::new();
    credentials.username = address.username().map(str::to_owned);
    credentials.password = address.password().map(str::to_owned);
    // Asked for at each attempt to connect; the second time, the answer is no, and there is no third.
    let first = AtomicBool::new(true);
    let options = ConnectOptions::with_auth_callback(move |_| {
        let credentials = first
            .swap(false, Ordering::Relaxed)
            .then(|| credentials.clone());
        async move { credentials.ok_or_else(|| AuthError::new("the outbox opens a connection anew")) }
    });
    let client = options
        .name(format!("nsp-{service}-outbox"))
        .max_reconnects(1)
        .connect(address)
        .await?;
    Ok(client)
}

/// Publishes one batch in order, and says how many events that were.
///
/// The lock leaves the outbox to one replica at a time, which is what keeps the order. An event that is published but
/// not deleted (a crash between the two) is published again with the same id, and JetStream drops it as a duplicate.
async fn relay_batch(
    service: &str,
    db: &Database,
    js: &jetstream::Context,
    clock: &Clock,
) -> anyhow::Result<usize> {
    let mut tx = db.begin_as_service(service, clock.now()).await?;
    let locked: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtext('kit.outbox'))")
            .fetch_one(&mut *tx)
            .await?;
    if !locked {
        return Ok(0);
    }
    let mut sent: Vec<i64> = Vec::new();
    let mut rows = rows_after(&mut tx, 0).await?;
    while let Some(last) = rows.last().map(|row| row.seq) {
        sent.extend(rows.iter().map(|row| row.seq));
        let goes_on = rows.len() == CHUNK && sent.len() < BATCH;
        let acks = send(service, js, rows).await?;
        // While JetStream stores these, the database finds the next.
        let next = async {
            if goes_on {
                rows_after(&mut tx, last).await
            } else {
                Ok(Vec::new())
            }
        };
        let (stored, next) = tokio::join!(
            try_join_all(acks.into_iter().map(IntoFuture::into_future)),
            next
        );
        stored.context("awaiting acknowledgement")?;
        rows = next?;
    }
    if sent.is_empty() {
        return Ok(0);
    }
    sqlx::query("delete from kit.outbox where seq = any($1)")
        .bind(&sent)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    metrics::counter!("nsp_events_published").increment(sent.len() as u64);
    Ok(sent.len())
}

async fn rows_after(tx: &mut Tx, seq: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select seq, id, subject, type, about, account, data::text as data, trace, time
         from kit.outbox where seq > $1 order by seq limit $2",
    )
    .bind(seq)
    .bind(i32::try_from(CHUNK).unwrap_or(i32::MAX))
    .fetch_all(&mut **tx)
    .await
}

/// Writes the events to the connection in order; what it gives ends when JetStream has stored them.
async fn send(
    service: &str,
    js: &jetstream::Context,
    rows: Vec<Row>,
) -> anyhow::Result<Vec<PublishAckFuture>> {
    let mut acks = Vec::with_capacity(rows.len());
    for row in rows {
        let (subject, message) = row.message(service);
        let sent = js
            .send_publish(subject, message)
            .await
            .context("publishing")?;
        acks.push(sent);
    }
    Ok(acks)
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    id: Uuid,
    subject: String,
    r#type: String,
    about: String,
    account: Option<Uuid>,
    data: String,
    trace: Option<String>,
    time: jiff_sqlx::Timestamp,
}

impl Row {
    /// The event in CloudEvents binary mode: attributes as headers, the bare JSON as body.
    fn message(self, service: &str) -> (String, PublishMessage) {
        let mut message = PublishMessage::build()
            .message_id(self.id.to_string())
            .header("ce-specversion", "1.0")
            .header("ce-id", self.id.to_string())
            .header("ce-source", format!("/nsp/{service}"))
            .header("ce-type", self.r#type.as_str())
            .header("ce-subject", self.about.as_str())
            .header("ce-time", self.time.to_jiff().to_string())
            .header("ce-datacontenttype", "application/json")
            .payload(self.data.into());
        if let Some(account) = self.account {
            message = message.header("ce-account", AccountId(account).to_string());
        }
        if let Some(trace) = &self.trace {
            message = message.header("traceparent", trace.as_str());
        }
        (self.subject, message)
    }
}
