//! Who is behind a session cookie: asked of identity, and remembered until the token is about to expire or identity
//! says that something changed.

use std::{
    collections::HashMap,
    future::ready,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use async_nats::connection::State;
use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    clock::{Clock, from_proto},
    events::{Event, live::watch},
};
use nsp_proto::{
    auth::v1::Role,
    events::v1::{SessionRevoked, UserUpdated},
    identity::v1::{AuthenticateRequest, AuthenticateResponse, Membership, User},
};
use tokio::sync::broadcast;
use tonic::{Code, Status};

use crate::clients::Clients;

/// More people than one gateway serves at a time; beyond it the oldest answers are asked for again.
const CAPACITY: usize = 20_000;
/// A token must live long enough for the calls of one page.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);
const WAITING_NOTICES: usize = 256;

type Key = [u8; 32];

/// A signed-in person, as identity described them.
#[derive(Debug)]
pub struct Session {
    /// Format: `sessions/{session}`.
    pub name: String,
    pub token: String,
    pub user: User,
    /// The account the session acts for; none for staff.
    pub acting: Option<Membership>,
    pub memberships: Vec<Membership>,
    /// What the person may do as staff.
    pub staff_roles: Vec<Role>,
    /// When the session ends if nobody uses it.
    pub expire: Timestamp,
    token_expire: Timestamp,
    /// When its person last showed a factor, as the token says.
    pub factor_time: Timestamp,
}

/// What ended, for those who hold on to a session: open pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Session(String),
    User(String),
    /// Notices may have been missed.
    Any,
}

impl Ended {
    pub fn concerns(&self, session: &Session) -> bool {
        match self {
            Self::Session(name) => *name == session.name,
            Self::User(name) => *name == session.user.name,
            Self::Any => true,
        }
    }
}

/// The sessions this gateway has seen lately.
pub struct Sessions {
    clients: Clients,
    clock: Clock,
    nats: async_nats::Client,
    /// How often the connection had been made when the cache was last known to be complete.
    connects: AtomicU64,
    known: Mutex<HashMap<Key, Arc<Session>>>,
    /// Counts what ended, so that an answer that was under way meanwhile is not remembered.
    ended: AtomicU64,
    notices: broadcast::Sender<Ended>,
}

impl Sessions {
    pub fn new(clients: Clients, clock: Clock, nats: async_nats::Client) -> Self {
        Self {
            clients,
            clock,
            connects: AtomicU64::new(0),
            nats,
            known: Mutex::default(),
            ended: AtomicU64::new(0),
            notices: broadcast::Sender::new(WAITING_NOTICES),
        }
    }

    /// The session of a cookie, if it is good.
    pub async fn find(&self, secret: &str) -> Result<Option<Arc<Session>>, Status> {
        let key = key(secret);
        let now = self.clock.now();
        if self.hears()
            && let Some(session) = self.get(&key, now)
        {
            return Ok(Some(session));
        }
        let before = self.ended.load(Ordering::SeqCst);
        let request = AuthenticateRequest {
            secret: secret.to_owned(),
        };
        let answer = match self.clients.sessions().authenticate(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if matches!(status.code(), Code::Unauthenticated | Code::NotFound) => {
                return Ok(None);
            }
            Err(status) => return Err(status),
        };
        let session = Session::read(answer)
            .ok_or_else(|| Status::internal("identity's answer is incomplete"))?;
        let session = Arc::new(session);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ended.load(Ordering::SeqCst) == before {
            if known.len() >= CAPACITY {
                known.retain(|_, session| session.is_fresh(now));
            }
            if known.len() >= CAPACITY {
                known.clear();
            }
            known.insert(key, Arc::clone(&session));
        }
        Ok(Some(session))
    }

    /// Whether we hear of what ends. After a connection was lost, everything is asked for again.
    fn hears(&self) -> bool {
        let connects = self.nats.statistics().connects.load(Ordering::SeqCst);
        if self.connects.swap(connects, Ordering::SeqCst) != connects {
            self.end(Ended::Any);
        }
        self.nats.connection_state() == State::Connected
    }

    fn get(&self, key: &Key, now: Timestamp) -> Option<Arc<Session>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(key)
            .filter(|session| session.is_fresh(now))
            .map(Arc::clone)
    }

    /// Forgets one answer: there is a newer one, and nothing has ended.
    pub fn forget(&self, secret: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.ended.fetch_add(1, Ordering::SeqCst);
        known.remove(&key(secret));
    }

    /// Forgets what is no longer so, and tells open pages.
    pub fn end(&self, ended: Ended) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.ended.fetch_add(1, Ordering::SeqCst);
        known.retain(|_, session| !ended.concerns(session));
        drop(known);
        // Nobody listening is fine.
        let _ = self.notices.send(ended);
    }

    /// Hears of everything that ends from now on.
    pub fn notices(&self) -> broadcast::Receiver<Ended> {
        self.notices.subscribe()
    }

    /// Follows identity's events, for ever.
    pub async fn watch(&self) -> anyhow::Result<()> {
        let see = |event: Event| {
            if let Some(Ok(revoked)) = event.decode::<SessionRevoked>() {
                self.end(Ended::Session(revoked.session));
            } else if let Some(Ok(updated)) = event.decode::<UserUpdated>() {
                self.end(Ended::User(updated.user));
            }
            ready(())
        };
        let missed = || {
            self.end(Ended::Any);
            ready(())
        };
        watch(&self.nats, "nsp.identity.v1.>", see, missed).await
    }
}

impl Session {
    fn read(answer: AuthenticateResponse) -> Option<Self> {
        let staff_roles = answer.staff_roles().collect();
        let session = answer.session?;
        Some(Self {
            name: session.name,
            token: answer.token,
            user: answer.user?,
            acting: answer.acting,
            memberships: answer.memberships,
            staff_roles,
            expire: from_proto(&session.expire_time?)?,
            factor_time: from_proto(&session.factor_time?)?,
            token_expire: from_proto(&answer.token_expire_time?)?,
        })
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        now + MARGIN < self.token_expire
    }
}

/// The cookie itself is not kept.
fn key(secret: &str) -> Key {
    let mut key = [0; 32];
    key.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
    key
}
