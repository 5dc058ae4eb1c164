//! Events that no attempt could handle: set aside, so that the ones behind them move on, and tried again when a person
//! says so (`cargo xtask parked`).

use std::time::Duration;

use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{
    Event,
    inbox::{Handler, Inbox},
};

/// How soon an event is tried that a person has put back.
const POLL: Duration = Duration::from_secs(2);

/// Sets an event aside.
pub async fn park<H: Handler>(
    inbox: &Inbox<'_, H>,
    event: &Event,
    error: &anyhow::Error,
) -> anyhow::Result<()> {
    tracing::error!(?error, event.id = %event.id, event.kind, "event parked");
    metrics::counter!("nsp_events_parked").increment(1);
    let mut tx = inbox
        .db
        .begin_as_service(H::SERVICE, inbox.clock.now())
        .await?;
    sqlx::query(
        "insert into kit.parked (consumer, event, subject, type, about, data, error, time)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(inbox.name)
    .bind(event.id)
    .bind(&event.subject)
    .bind(&event.kind)
    .bind(&event.about)
    .bind(event.data.as_ref())
    .bind(format!("{error:#}"))
    .bind(tx.now().to_sqlx())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Tries events that were put back, once each, for ever.
pub async fn retry<H: Handler>(inbox: &Inbox<'_, H>) {
    loop {
        match retry_one(inbox).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, consumer = inbox.name, "parked events wait"),
        }
        tokio::time::sleep(POLL).await;
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    event: Uuid,
    subject: String,
    r#type: String,
    about: String,
    data: Vec<u8>,
}

/// Tries the event that has been parked longest of those put back; false if there is none.
async fn retry_one<H: Handler>(inbox: &Inbox<'_, H>) -> anyhow::Result<bool> {
    let (name, now) = (inbox.name, inbox.clock.now());
    let mut tx = inbox.db.begin_as_service(H::SERVICE, now).await?;
    let row: Option<Row> = sqlx::query_as(
        "select event, subject, type, about, data from kit.parked where consumer = $1 and retry
         order by time, event limit 1 for update skip locked",
    )
    .bind(name)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let event = Event {
        id: row.event,
        subject: row.subject,
        kind: row.r#type,
        about: row.about,
        data: row.data.into(),
    };
    let Err(error) = inbox.act(&mut tx, &event).await else {
        sqlx::query("delete from kit.parked where consumer = $1 and event = $2")
            .bind(name)
            .bind(event.id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        tracing::info!(event.id = %event.id, consumer = name, "parked event handled");
        return Ok(true);
    };
    drop(tx);
    if crate::status::is_passing(&error) {
        return Err(error);
    }
    tracing::error!(?error, event.id = %event.id, event.kind, "event stays parked");
    let mut tx = inbox.db.begin_as_service(H::SERVICE, now).await?;
    sqlx::query(
        "update kit.parked set retry = false, error = $3, time = $4 where consumer = $1 and event = $2",
    )
    .bind(name)
    .bind(event.id)
    .bind(format!("{error:#}"))
    .bind(now.to_sqlx())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}
