//! Events as they pass, for those who only want to look: open pages and caches. Nothing is remembered.

use std::{future::Future, time::Duration};

use async_nats::Client;
use futures_util::StreamExt;

use super::Event;

const RETRY: Duration = Duration::from_secs(1);

/// Calls `see` with every event on `subjects` from now on, for ever. Events that pass while the connection is down are
/// not seen; `reconnected` is called when that may have happened.
pub async fn watch<See, Missed, Seen, Done>(
    nats: &Client,
    subjects: &'static str,
    see: See,
    missed: Missed,
) -> anyhow::Result<()>
where
    See: Fn(Event) -> Seen,
    Seen: Future<Output = ()>,
    Missed: Fn() -> Done,
    Done: Future<Output = ()>,
{
    loop {
        match nats.subscribe(subjects).await {
            Ok(mut messages) => {
                while let Some(message) = messages.next().await {
                    if let Some(event) = Event::read(&message) {
                        see(event).await;
                    }
                }
            }
            Err(error) => tracing::warn!(?error, subjects, "cannot watch events; trying again"),
        }
        missed().await;
        tokio::time::sleep(RETRY).await;
    }
}
