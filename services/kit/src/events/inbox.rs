//! From JetStream to a handler, exactly once.

use std::{future::Future, time::Duration};

use anyhow::Context;
use async_nats::jetstream::{self, AckKind, consumer::pull};
use futures_util::StreamExt;
use jiff_sqlx::ToSqlx;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::Event;
use crate::{
    clock::Clock,
    db::{Database, Tx},
    telemetry,
};

const MAX_DELIVER: i64 = 10;
const ACK_WAIT: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_secs(1);

/// What a service does about the events of one other service.
pub trait Handler: Send + Sync {
    /// The service that acts. With [`Handler::SUBJECTS`] it names the durable consumer.
    const SERVICE: &'static str;

    /// The subjects it wants, with wildcards: `nsp.accounts.v1.>`.
    const SUBJECTS: &'static str;

    /// Acts upon one event. Whatever it writes to `tx` happens exactly once.
    fn handle(&self, tx: &mut Tx, event: &Event)
    -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Hands events to `handler`, one at a time and in order, for ever.
pub async fn consume<H: Handler>(
    handler: &H,
    db: &Database,
    js: &jetstream::Context,
    clock: &Clock,
) -> anyhow::Result<()> {
    loop {
        if let Err(error) = consume_until_it_breaks(handler, db, js, clock).await {
            tracing::warn!(
                ?error,
                consumer = consumer_name::<H>(),
                "events stopped coming; trying again"
            );
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// `cases` and `nsp.accounts.v1.>` make `cases-nsp-accounts-v1`: names may not contain dots or wildcards.
fn consumer_name<H: Handler>() -> String {
    let source = H::SUBJECTS
        .trim_end_matches(['.', '>', '*'])
        .replace('.', "-");
    format!("{}-{source}", H::SERVICE)
}

async fn consume_until_it_breaks<H: Handler>(
    handler: &H,
    db: &Database,
    js: &jetstream::Context,
    clock: &Clock,
) -> anyhow::Result<()> {
    let name = consumer_name::<H>();
    let stream = super::stream(js).await?;
    let config = pull::Config {
        durable_name: Some(name.clone()),
        filter_subject: H::SUBJECTS.to_owned(),
        ack_wait: ACK_WAIT,
        max_ack_pending: 1,
        ..Default::default()
    };
    let consumer = stream.get_or_create_consumer(&name, config).await?;
    let mut messages = consumer.messages().await?;
    while let Some(message) = messages.next().await {
        let message = message?;
        let ack = receive(handler, &name, db, clock, &message).await?;
        message
            .ack_with(ack)
            .await
            .map_err(anyhow::Error::from_boxed)?;
    }
    anyhow::bail!("the stream of events ended")
}

async fn receive<H: Handler>(
    handler: &H,
    name: &str,
    db: &Database,
    clock: &Clock,
    message: &jetstream::Message,
) -> anyhow::Result<AckKind> {
    let Some(event) = Event::read(message) else {
        tracing::error!(subject = %message.subject, "not an event; dropped");
        return Ok(AckKind::Term);
    };
    let attempt = message.info().map_or(1, |info| info.delivered);
    let span = tracing::info_span!(
        "event", otel.name = event.subject, otel.kind = "consumer", event.id = %event.id, consumer = name, attempt
    );
    let trace = message
        .headers
        .as_ref()
        .and_then(|headers| headers.get("traceparent"));
    let _ = span.set_parent(telemetry::remote_trace(
        trace.map(async_nats::HeaderValue::as_str),
    ));

    match once(handler, name, db, clock, &event)
        .instrument(span.clone())
        .await
    {
        Ok(()) => Ok(AckKind::Ack),
        Err(error) if attempt >= MAX_DELIVER => {
            park(H::SERVICE, name, db, clock, &event, &error).await?;
            Ok(AckKind::Term)
        }
        Err(error) => {
            span.in_scope(|| {
                tracing::warn!(?error, attempt, "event not handled; it will come again");
            });
            Ok(AckKind::Nak(Some(backoff(attempt))))
        }
    }
}

/// Handles an event unless this consumer already has, in one transaction.
async fn once<H: Handler>(
    handler: &H,
    name: &str,
    db: &Database,
    clock: &Clock,
    event: &Event,
) -> anyhow::Result<()> {
    let mut tx = db.begin_as_service(H::SERVICE, clock.now()).await?;
    let new = sqlx::query(
        "insert into kit.inbox (consumer, event, time) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(name)
    .bind(event.id)
    .bind(tx.now().to_sqlx())
    .execute(&mut *tx)
    .await?
    .rows_affected()
        == 1;
    if new {
        handler
            .handle(&mut tx, event)
            .await
            .context(event.kind.clone())?;
    }
    tx.commit().await?;
    Ok(())
}

/// Sets an event aside that no attempt could handle, so that the ones behind it can move on.
async fn park(
    service: &str,
    name: &str,
    db: &Database,
    clock: &Clock,
    event: &Event,
    error: &anyhow::Error,
) -> anyhow::Result<()> {
    tracing::error!(?error, event.id = %event.id, event.kind, "event parked");
    metrics::counter!("nsp_events_parked").increment(1);
    let mut tx = db.begin_as_service(service, clock.now()).await?;
    sqlx::query(
        "insert into kit.parked (consumer, event, subject, type, data, error, time)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(name)
    .bind(event.id)
    .bind(&event.subject)
    .bind(&event.kind)
    .bind(event.data.as_ref())
    .bind(format!("{error:#}"))
    .bind(tx.now().to_sqlx())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// 1 s, 1 s, 2 s, 4 s … up to about four minutes.
fn backoff(attempt: i64) -> Duration {
    Duration::from_secs((1 << attempt.clamp(1, 9)) >> 1)
}
