//! Sessions that were ended while tokens of theirs were still good: such tokens are refused too.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime},
};

use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, pull::OrderedConfig},
};
use futures_util::StreamExt;
use jiff::SignedDuration;
use nsp_proto::events::v1::SessionRevoked;

use crate::{
    clock::Clock,
    events::{self, Event},
    id::SessionId,
};

/// Longer than a token lives, so that no token outlives what is remembered of its session.
const REMEMBERED: Duration = Duration::from_mins(10);
const RETRY: Duration = Duration::from_secs(1);
const SUBJECT: &str = "nsp.identity.v1.session.revoked";

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

    /// Follows identity's events, for ever. It begins in the past, so that a service that was just started, or that NATS
    /// did not reach for a while, knows what it would have heard.
    pub async fn follow(&self, nats: &async_nats::Client) -> anyhow::Result<()> {
        let js = jetstream::new(nats.clone());
        loop {
            let Err(error) = self.follow_until_it_breaks(&js).await;
            tracing::warn!(?error, "cannot follow what sessions end; trying again");
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn follow_until_it_breaks(&self, js: &jetstream::Context) -> anyhow::Result<Infallible> {
        // By NATS's clock, which no test moves.
        let from = Clock::system().now() - SignedDuration::try_from(REMEMBERED)?;
        let config = OrderedConfig {
            filter_subject: SUBJECT.to_owned(),
            deliver_policy: DeliverPolicy::ByStartTime {
                start_time: SystemTime::from(from).into(),
            },
            ..Default::default()
        };
        let consumer = events::stream(js).await?.create_consumer(config).await?;
        let mut messages = consumer.messages().await?;
        while let Some(message) = messages.next().await {
            let message = message?;
            let event = Event::read(&message);
            if let Some(Ok(revoked)) = event.and_then(|event| event.decode::<SessionRevoked>()) {
                self.end(&revoked);
            }
        }
        anyhow::bail!("the stream of ended sessions ended")
    }

    fn end(&self, revoked: &SessionRevoked) {
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
