//! User names and passwords (TLD-10): verified by the accounts service, remembered here.

mod header;
mod remembered;

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    clock::{Clock, from_proto},
    events::follow::follow,
    prefix::household,
    rate::RateLimit,
};
use nsp_proto::{
    accounts::v1::{VerifyCredentialRequest, VerifyCredentialResponse, credential},
    events::v1::CredentialChanged,
};

pub use self::header::{Login, read};
use self::remembered::{Recall, Remembered};
use crate::{
    behind::Behind,
    config::BasicSettings,
    policy::prefixes::{Prefix, Prefixes},
};

/// Locks that have ended are forgotten when there are this many.
const MANY: usize = 10_000;

/// A credential that was right.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    pub user: Box<str>,
    pub kind: Kind,
    pub prefixes: Prefixes,
    /// Format: `tlds/{tld}/credentials/{kind}`.
    pub credential: Box<str>,
    pub version: i64,
}

/// As what somebody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Registry,
    EscrowAgent,
}

/// Why a password does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Wrong,
    /// It was wrong too often; nobody has looked at it.
    Locked,
    /// Too many came from this address.
    TooMany(Duration),
    /// Nobody could be asked.
    Unavailable,
}

/// A try: whose, for what, from where.
#[derive(Debug, Clone, Copy)]
pub struct Try<'t> {
    pub login: &'t Login,
    pub tld: &'t str,
    pub address: IpAddr,
}

/// The passwords that the edge knows, and who asks about others.
pub struct Basic {
    remembered: Remembered,
    tries: RateLimit<IpAddr>,
    /// Until when nobody is asked about a user of a TLD from an address.
    locked: Mutex<HashMap<(String, String, IpAddr), Timestamp>>,
    clock: Clock,
}

impl Basic {
    pub fn new(settings: &BasicSettings, clock: Clock) -> anyhow::Result<Self> {
        let tries = NonZeroU32::new(settings.tries_per_minute).unwrap_or(NonZeroU32::MIN);
        Ok(Self {
            remembered: Remembered::new(
                settings.capacity,
                SignedDuration::from_secs(settings.fresh_seconds.into()),
                SignedDuration::from_mins(settings.stale_minutes.into()),
            )?,
            tries: RateLimit::per_minute(tries),
            locked: Mutex::default(),
            clock,
        })
    }

    /// Whether a password is right: from memory, else as the accounts service says.
    pub async fn verify(&self, tried: Try<'_>, behind: &Behind) -> Result<Arc<Verified>, Refusal> {
        let login = tried.login;
        let fingerprint = self
            .remembered
            .fingerprint(&login.user, tried.tld, &login.password);
        let now = self.clock.now();
        let old = match self.remembered.recall(fingerprint, now) {
            Recall::Fresh(verified) => return Ok(verified),
            Recall::Old(verified) => Some(verified),
            Recall::Nothing => None,
        };
        if old.is_none() {
            self.may_try(tried, now)?;
        }
        let request = VerifyCredentialRequest {
            tld: tried.tld.to_owned(),
            user_name: login.user.clone(),
            password: login.password.clone(),
            address: tried.address.to_string(),
        };
        let answer = match behind.verify_credential(request).await {
            Ok(answer) => answer,
            Err(status) => {
                tracing::warn!(code = ?status.code(), "the accounts service does not verify passwords");
                return old.ok_or(Refusal::Unavailable);
            }
        };
        if let Some(verified) = read_answer(&answer, login) {
            let verified = Arc::new(verified);
            self.remembered
                .remember(fingerprint, Arc::clone(&verified), now);
            return Ok(verified);
        }
        // Wrong, or locked: the answer does not tell, so that what was right before counts no longer.
        self.remembered.forget(fingerprint);
        let locked = answer.retry_time.as_ref().and_then(from_proto);
        if let Some(until) = locked.filter(|until| *until > now) {
            self.lock(tried, until, now);
        }
        Err(Refusal::Wrong)
    }

    /// Forgets changed credentials, for ever. `ended` is told of them too.
    pub async fn follow(
        &self,
        nats: &async_nats::Client,
        ended: impl Fn(&str, i64),
    ) -> anyhow::Result<()> {
        // What is remembered is younger than this process; the clocks may differ a little.
        let ago = SignedDuration::from_mins(1);
        follow(nats, ago, |event| self.see(event, &ended)).await
    }

    fn see(&self, event: serde_json::Result<CredentialChanged>, ended: impl Fn(&str, i64)) {
        match event {
            Ok(changed) => {
                self.remembered
                    .changed(&changed.credential, changed.version);
                ended(&changed.credential, changed.version);
                self.unlock(&changed.tld);
            }
            Err(error) => {
                tracing::error!(?error, "an event about a credential cannot be read");
                self.remembered.doubt();
            }
        }
    }

    fn may_try(&self, tried: Try<'_>, now: Timestamp) -> Result<(), Refusal> {
        let address = household(tried.address);
        let locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tried.login.user.clone(), tried.tld.to_owned(), address);
        if locked.get(&key).is_some_and(|until| now < *until) {
            return Err(Refusal::Locked);
        }
        drop(locked);
        self.tries.once(&address).map_err(Refusal::TooMany)
    }

    fn lock(&self, tried: Try<'_>, until: Timestamp, now: Timestamp) {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        if locked.len() > MANY {
            locked.retain(|_, until| now < *until);
        }
        if locked.len() > MANY {
            // The accounts service remembers them all; this only spares it the question.
            return;
        }
        let key = (
            tried.login.user.clone(),
            tried.tld.to_owned(),
            household(tried.address),
        );
        locked.insert(key, until);
    }

    fn unlock(&self, tld: &str) {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        locked.retain(|(_, of, _), _| of != tld);
    }
}

fn read_answer(answer: &VerifyCredentialResponse, login: &Login) -> Option<Verified> {
    if !answer.verified {
        return None;
    }
    let kind = match answer.kind() {
        credential::Kind::RriRy => Kind::Registry,
        credential::Kind::RriDea => Kind::EscrowAgent,
        _ => return None,
    };
    let prefixes = answer.prefixes.iter();
    Some(Verified {
        user: login.user.as_str().into(),
        kind,
        prefixes: Prefixes::new(prefixes.filter_map(|prefix| prefix.parse::<Prefix>().ok())),
        credential: answer.credential.as_str().into(),
        version: answer.version,
    })
}

#[cfg(test)]
pub mod test {
    use super::*;

    pub fn verified(tld: &str, version: i64) -> Arc<Verified> {
        Arc::new(Verified {
            user: format!("{tld}_ry").into(),
            kind: Kind::Registry,
            prefixes: Prefixes::default(),
            credential: format!("tlds/{tld}/credentials/rri-ry").into(),
            version,
        })
    }
}
