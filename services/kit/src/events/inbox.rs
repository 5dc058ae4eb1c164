//! From JetStream to a handler, exactly once.

use std::{convert::Infallible, future::Future, pin::pin, time::Duration};

use anyhow::Context;
use async_nats::jetstream::{self, AckKind, consumer::pull};
use futures_util::StreamExt;
use jiff_sqlx::ToSqlx;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{Event, parked};
use crate::{
    clock::Clock,
    db::{Database, Tx},
    status::is_passing,
    telemetry,
};

/// After this many attempts an event is parked.
const ATTEMPTS: i64 = 10;
/// When an event is delivered again whose consumer says nothing more: it was killed.
const ACK_WAIT: Duration = Duration::from_secs(10);
/// How often a consumer says that it is still at work.
const PROGRESS: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_secs(1);
/// How often an event is tried again while the database does not answer, before another replica may try.
const PATIENCE: u32 = 15;

/// What a service does about the events of one other service.
pub trait Handler: Send + Sync {
    /// The service that acts. With [`Handler::SUBJECTS`] it names the durable consumer.
    const SERVICE: &'static str;

    /// The subjects it wants, with wildcards: `nsp.accounts.v1.>`.
    const SUBJECTS: &'static str;

    /// Acts upon one event. Whatever it writes to `tx` happens exactly once.
    fn handle(&self, tx: &mut Tx, event: &Event)
    -> impl Future<Output = anyhow::Result<()>> + Send;

    /// How long an event waits after an attempt that failed: 1 s, 2 s, 4 s … up to about four minutes.
    fn backoff(&self, attempt: i64) -> Duration {
        Duration::from_secs(1 << (attempt - 1).clamp(0, 8))
    }
}

/// Hands events to `handler`, one at a time and in order, for ever.
pub async fn consume<H: Handler>(
    handler: &H,
    db: &Database,
    js: &jetstream::Context,
    clock: &Clock,
) -> anyhow::Result<()> {
    let inbox = Inbox {
        handler,
        name: &consumer_name::<H>(),
        db,
        clock,
    };
    tokio::join!(inbox.consume(js), parked::retry(&inbox)).0
}

/// One consumer and what it works with.
pub(super) struct Inbox<'a, H> {
    pub handler: &'a H,
    pub name: &'a str,
    pub db: &'a Database,
    pub clock: &'a Clock,
}

/// `cases` and `nsp.accounts.v1.>` make `cases-nsp-accounts-v1`: names may not contain dots or wildcards.
fn consumer_name<H: Handler>() -> String {
    let source = H::SUBJECTS
        .trim_end_matches(['.', '>', '*'])
        .replace('.', "-");
    format!("{}-{source}", H::SERVICE)
}

impl<H: Handler> Inbox<'_, H> {
    async fn consume(&self, js: &jetstream::Context) -> anyhow::Result<()> {
        loop {
            let Err(error) = self.consume_until_it_breaks(js).await;
            tracing::warn!(
                ?error,
                consumer = self.name,
                "events stopped coming; trying again"
            );
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn consume_until_it_breaks(&self, js: &jetstream::Context) -> anyhow::Result<Infallible> {
        let stream = super::stream(js).await?;
        // Made, or brought up to date.
        let consumer = stream
            .create_consumer(pull::Config {
                durable_name: Some(self.name.to_owned()),
                filter_subject: H::SUBJECTS.to_owned(),
                ack_wait: ACK_WAIT,
                max_ack_pending: 1,
                ..Default::default()
            })
            .await?;
        let mut messages = consumer.messages().await?;
        while let Some(message) = messages.next().await {
            let message = message?;
            let ack = self.settle(&message).await?;
            message
                .ack_with(ack)
                .await
                .map_err(anyhow::Error::from_boxed)?;
        }
        anyhow::bail!("the stream of events ended")
    }

    /// Receives a message, and says now and then that it is not forgotten.
    async fn settle(&self, message: &jetstream::Message) -> anyhow::Result<AckKind> {
        let mut receiving = pin!(self.receive(message));
        loop {
            match tokio::time::timeout(PROGRESS, &mut receiving).await {
                Ok(ack) => return ack,
                Err(_) => message
                    .ack_with(AckKind::Progress)
                    .await
                    .map_err(anyhow::Error::from_boxed)?,
            }
        }
    }

    async fn receive(&self, message: &jetstream::Message) -> anyhow::Result<AckKind> {
        let Some(event) = Event::read(message) else {
            tracing::error!(subject = %message.subject, "not an event; dropped");
            return Ok(AckKind::Term);
        };
        let attempt = message.info().map_or(1, |info| info.delivered);
        let span = tracing::info_span!(
            "event", otel.name = event.subject, otel.kind = "consumer", event.id = %event.id, consumer = self.name,
            attempt
        );
        let trace = message
            .headers
            .as_ref()
            .and_then(|headers| headers.get("traceparent"));
        let _ = span.set_parent(telemetry::remote_trace(
            trace.map(async_nats::HeaderValue::as_str),
        ));

        match self.once(&event).instrument(span.clone()).await {
            Ok(()) => Ok(AckKind::Ack),
            Err(error) if is_passing(&error) => {
                span.in_scope(|| tracing::warn!(?error, attempt, "event waits"));
                Ok(AckKind::Nak(Some(RETRY)))
            }
            Err(error) if attempt >= ATTEMPTS => {
                parked::park(self, &event, &error).await?;
                Ok(AckKind::Term)
            }
            Err(error) => {
                span.in_scope(|| {
                    tracing::warn!(?error, attempt, "event not handled; it will come again");
                });
                Ok(AckKind::Nak(Some(self.handler.backoff(attempt))))
            }
        }
    }

    /// Handles an event. That the database does not answer is not the event's fault, and does not count as an attempt.
    async fn once(&self, event: &Event) -> anyhow::Result<()> {
        let mut tries = 1;
        loop {
            match self.once_now(event).await {
                Err(error) if tries < PATIENCE && is_passing(&error) => {
                    tracing::warn!(?error, event.id = %event.id, "event waits");
                    tries += 1;
                    tokio::time::sleep(RETRY).await;
                }
                result => return result,
            }
        }
    }

    /// Handles an event unless this consumer already has, in one transaction.
    async fn once_now(&self, event: &Event) -> anyhow::Result<()> {
        let mut tx = self
            .db
            .begin_as_service(H::SERVICE, self.clock.now())
            .await?;
        self.act(&mut tx, event).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn act(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        let new = sqlx::query(
            "insert into kit.inbox (consumer, event, time) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(self.name)
        .bind(event.id)
        .bind(tx.now().to_sqlx())
        .execute(&mut **tx)
        .await?
        .rows_affected()
            == 1;
        if new {
            let handled = self.handler.handle(tx, event).await;
            handled.context(event.kind.clone())?;
        }
        Ok(())
    }
}
