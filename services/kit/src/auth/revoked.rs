//! Sessions that were ended while tokens of theirs were still good: such tokens are refused too.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use nsp_proto::events::v1::SessionRevoked;

use crate::{events::follow::follow, id::SessionId};

/// Longer than a token lives, so that no token outlives what is remembered of its session.
const REMEMBERED: Duration = Duration::from_mins(10);

/// The sessions that were ended lately, as identity's events tell. Clones share what is known.
#[derive(Debug, Clone, Default)]
pub struct Revoked {
    sessions: Arc<RwLock<HashMap<SessionId, Instant>>>,
}

impl Revoked {
    pub(super) fn contains(&self, session: SessionId) -> bool {
        let sessions = self.sessions.read();
        sessions
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(&session)
    }

    /// Follows identity's events, for ever. It begins in the past, so that a service that was just started knows what it
    /// would have heard.
    pub async fn follow(&self, nats: &async_nats::Client) -> anyhow::Result<()> {
        let ago = SignedDuration::try_from(REMEMBERED)?;
        follow(nats, ago, |event| self.see(event)).await
    }

    fn see(&self, event: serde_json::Result<SessionRevoked>) {
        let Ok(revoked) = event else {
            return;
        };
        let Ok(session) = revoked.session.parse() else {
            tracing::error!(session = revoked.session, "not the name of a session");
            return;
        };
        let mut sessions = self
            .sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, ended| ended.elapsed() < REMEMBERED);
        sessions.insert(session, Instant::now());
    }
}
