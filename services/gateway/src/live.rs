//! Open pages that follow a case (CASE-18): one watch over the events of all cases, and a stream per page that says
//! "something changed". The page then asks for what it shows, and so sees what it may see.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::response::sse;
use futures_util::Stream;
use jiff::Timestamp;
use nsp_kit::events::{Event, live::watch};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::{errors::PageError, session::Ended, signed_in::SignedIn};

/// A page that falls behind by more only hears that something changed, which is all it hears anyway.
const WAITING: usize = 1_024;
/// Open pages of one person.
const PER_USER: usize = 12;
const BUSY: Duration = Duration::from_secs(30);

/// The pages that are open.
pub struct Live {
    changes: broadcast::Sender<Arc<str>>,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// A person's right to one more open page; given back when dropped.
struct Seat {
    user: String,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

impl Live {
    pub fn new() -> Self {
        Self {
            changes: broadcast::Sender::new(WAITING),
            open: Arc::default(),
        }
    }

    /// Passes on which cases change, for ever.
    pub async fn watch(&self, nats: &async_nats::Client) -> anyhow::Result<()> {
        let see = |event: Event| {
            // Nobody listening is fine.
            let _ = self.changes.send(event.about.into());
            ready(())
        };
        watch(nats, "nsp.cases.v1.case.*", see, || ready(())).await
    }

    fn sit(&self, user: &str) -> Result<Seat, PageError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user.to_owned()).or_default();
        if *count >= PER_USER {
            return Err(PageError::TooMany(BUSY));
        }
        *count += 1;
        Ok(Seat {
            user: user.to_owned(),
            open: Arc::clone(&self.open),
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

/// What one open page waits for.
struct Following {
    case: String,
    reader: SignedIn,
    changes: broadcast::Receiver<Arc<str>>,
    ended: broadcast::Receiver<Ended>,
    stop: CancellationToken,
    _seat: Seat,
}

/// Says "changed" whenever something happens to `case` (its name). The caller has checked that the reader may see it.
/// Ends with the session, and with anything that may have changed what the reader may see; the page then comes back.
pub fn follow(
    reader: SignedIn,
    case: String,
) -> Result<impl Stream<Item = Result<sse::Event, Infallible>> + Send, PageError> {
    let following = Following {
        changes: reader.app.live.changes.subscribe(),
        ended: reader.app.sessions.notices(),
        stop: reader.app.stop.clone(),
        _seat: reader.app.live.sit(&reader.session.user.name)?,
        case,
        reader,
    };
    Ok(futures_util::stream::unfold(
        following,
        async |mut following| {
            following.changed().await.then(|| {
                let event = sse::Event::default().data("changed");
                (Ok(event), following)
            })
        },
    ))
}

impl Following {
    /// Waits for the next change; false when the reader's time is over.
    async fn changed(&mut self) -> bool {
        let left = until(self.reader.session.expire, self.reader.app.clock.now());
        let over = tokio::time::sleep(left);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return false,
                () = &mut over => return false,
                ended = self.ended.recv() => match ended {
                    Ok(ended) if !ended.concerns(&self.reader.session) => {}
                    _ => return false,
                },
                change = self.changes.recv() => match change {
                    Ok(about) if *about != *self.case => {}
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return true,
                    Err(broadcast::error::RecvError::Closed) => return false,
                },
            }
        }
    }
}

fn until(end: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(now)).unwrap_or_default()
}
