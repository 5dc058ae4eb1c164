//! What happens by the clock: windows start and end.

use std::time::Duration;

use nsp_kit::{
    clock::{Clock, to_proto},
    db::{Database, Tx},
    events::{About, announce as announce_event},
    jobs::{due_job, every, job, when_due},
};
use nsp_proto::events::v1::{WindowEnded, WindowStarted};

use crate::{
    SERVICE,
    error::Error,
    store::{
        due::{self, Announced, Due},
        requests, windows,
    },
};

/// How many windows one transaction announces; the next follows at once.
const BATCH: i64 = 200;
const HOUR: Duration = Duration::from_hours(1);

/// Announces starts and ends, for ever: each once, at its time, or as soon as the service runs again.
pub async fn announce(db: &Database, clock: &Clock) -> anyhow::Result<()> {
    let turn = due_job(|tx| {
        Box::pin(async move {
            for due in due::lock(tx, BATCH).await? {
                announce_one(tx, &due).await?;
            }
            Ok(due::next(tx).await?)
        })
    });
    when_due(
        windows::CHANNEL,
        "starts and ends",
        SERVICE,
        db,
        clock,
        turn,
    )
    .await
}

/// The event and the note that it was announced become real together, or neither does.
async fn announce_one(tx: &mut Tx, due: &Due) -> Result<(), Error> {
    let about = About::new(&due.id, due.account);
    let (start, end) = (to_proto(due.span.start()), to_proto(due.span.end()));
    match due.announced {
        Announced::Nothing => {
            let event = WindowStarted {
                window: due.id.to_string(),
                account: due.account.to_string(),
                tld: due.tld.clone(),
                service: due.service.clone(),
                start_time: Some(start),
                end_time: Some(end),
            };
            announce_event(tx, &about, &event).await?;
            due::set(tx, due.id, Announced::Started).await
        }
        Announced::Started => {
            let event = WindowEnded {
                window: due.id.to_string(),
                account: due.account.to_string(),
                tld: due.tld.clone(),
                service: due.service.clone(),
                start_time: Some(start),
                end_time: Some(end),
            };
            announce_event(tx, &about, &event).await?;
            due::set(tx, due.id, Announced::Ended).await
        }
        Announced::Ended => Ok(()),
    }
}

/// Forgets requests that nobody will repeat, for ever.
pub async fn forget_requests(db: &Database, clock: &Clock) -> anyhow::Result<()> {
    let turn = job(|tx| Box::pin(async move { Ok(requests::delete_old(tx).await?) }));
    every(HOUR, "old requests", SERVICE, db, clock, turn).await
}
