//! MoSAPI's sessions: cookies of those who logged in, and how many connections a certificate uses.
//!
//! They live in this process: replicas stand behind a balancer that sends an address to the same one.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use data_encoding::HEXLOWER_PERMISSIVE;
use jiff::{SignedDuration, Timestamp};
use nsp_kit::rate::RateLimit;

use crate::{basic::Verified, config::SessionSettings};

const BITS: usize = 160;

type Id = [u8; BITS / 8];

/// Who is logged in.
pub struct Sessions {
    lifetime: SignedDuration,
    logins: RateLimit<String>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<Id, Session>,
    /// One for each user.
    by_user: HashMap<Box<str>, Id>,
}

/// One login.
#[derive(Debug, Clone)]
pub struct Session {
    /// The part of the address that it is good for, such as `/ry/example`.
    pub scope: Box<str>,
    pub verified: Arc<Verified>,
    pub expire: Timestamp,
}

impl Sessions {
    pub fn new(settings: &SessionSettings) -> Self {
        let logins = NonZeroU32::new(settings.logins_per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            lifetime: SignedDuration::from_mins(settings.minutes.into()),
            logins: RateLimit::per_minute(logins),
            open: Mutex::default(),
        }
    }

    /// Whether a user may log in once more now, or how long to wait. Ask only for users who exist.
    pub fn may_open(&self, user: &str) -> Result<(), Duration> {
        self.logins.once(&user.to_owned())
    }

    /// A new session; the user's older one ends. The answer is the cookie's value.
    pub fn open(
        &self,
        scope: &str,
        verified: Arc<Verified>,
        now: Timestamp,
    ) -> Result<(String, Timestamp), aws_lc_rs::error::Unspecified> {
        let mut id: Id = [0; BITS / 8];
        SystemRandom::new().fill(&mut id)?;
        let expire = now + self.lifetime;
        let mut open = self.opened();
        open.by_id.retain(|_, session| now < session.expire);
        if let Some(older) = open.by_user.insert(verified.user.clone(), id) {
            open.by_id.remove(&older);
        }
        let session = Session {
            scope: scope.into(),
            verified,
            expire,
        };
        open.by_id.insert(id, session);
        Ok((HEXLOWER_PERMISSIVE.encode(&id), expire))
    }

    /// The session of a cookie, if it is good for this part of the address.
    pub fn find(&self, cookie: &str, scope: &str, now: Timestamp) -> Option<Session> {
        let session = self.opened().by_id.get(&read(cookie)?).cloned()?;
        (*session.scope == *scope && now < session.expire).then_some(session)
    }

    pub fn close(&self, cookie: &str) {
        let Some(id) = read(cookie) else { return };
        let mut open = self.opened();
        if let Some(session) = open.by_id.remove(&id) {
            open.by_user.remove(&session.verified.user);
        }
    }

    /// Ends the sessions of a credential that has changed.
    pub fn changed(&self, credential: &str, version: i64) {
        self.opened().by_id.retain(|_, session| {
            *session.verified.credential != *credential || session.verified.version >= version
        });
    }

    fn opened(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(cookie: &str) -> Option<Id> {
    let bytes = HEXLOWER_PERMISSIVE.decode(cookie.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// How many connections each certificate uses MoSAPI with.
#[derive(Debug)]
pub struct CertificateSessions {
    most: usize,
    open: Mutex<HashMap<[u8; 32], usize>>,
}

/// A connection's right to use MoSAPI with its certificate; given back when dropped.
#[derive(Debug)]
pub struct CertificateSession {
    fingerprint: [u8; 32],
    sessions: Arc<CertificateSessions>,
}

impl CertificateSessions {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            open: Mutex::default(),
        })
    }

    /// One more connection of a certificate, unless there are as many as there may be.
    pub fn open(self: &Arc<Self>, certificate: &[u8]) -> Option<CertificateSession> {
        let mut fingerprint = [0; 32];
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate);
        fingerprint.copy_from_slice(digest.as_ref());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = open.entry(fingerprint).or_default();
        if *theirs >= self.most {
            return None;
        }
        *theirs += 1;
        Some(CertificateSession {
            fingerprint,
            sessions: Arc::clone(self),
        })
    }
}

impl Drop for CertificateSession {
    fn drop(&mut self) {
        let mut open = self
            .sessions
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(theirs) = open.get_mut(&self.fingerprint) {
            *theirs -= 1;
            if *theirs == 0 {
                open.remove(&self.fingerprint);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::basic::test::verified;

    const SETTINGS: SessionSettings = SessionSettings {
        minutes: 15,
        logins_per_minute: 3,
        per_certificate: 4,
    };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minutes).unwrap()
    }

    #[test]
    fn a_session_is_good_for_fifteen_minutes_and_its_part_of_the_address() {
        let sessions = Sessions::new(&SETTINGS);
        let (cookie, expire) = sessions.open("/ry/one", verified("one", 1), at(0)).unwrap();
        assert_eq!((cookie.len(), expire), (40, at(15)));
        assert!(sessions.find(&cookie, "/ry/one", at(14)).is_some());
        assert!(
            sessions
                .find(&cookie.to_uppercase(), "/ry/one", at(14))
                .is_some()
        );
        assert!(sessions.find(&cookie, "/ry/two", at(14)).is_none());
        assert!(sessions.find(&cookie, "/ry/one", at(15)).is_none());
        assert!(sessions.find("", "/ry/one", at(1)).is_none());
        sessions.close(&cookie);
        assert!(sessions.find(&cookie, "/ry/one", at(1)).is_none());
    }

    #[test]
    fn a_new_login_ends_the_older_session_and_a_changed_password_all() {
        let sessions = Sessions::new(&SETTINGS);
        let (first, _) = sessions.open("/ry/one", verified("one", 1), at(0)).unwrap();
        let (second, _) = sessions.open("/ry/one", verified("one", 1), at(1)).unwrap();
        let (other, _) = sessions.open("/ry/two", verified("two", 1), at(1)).unwrap();
        assert!(sessions.find(&first, "/ry/one", at(2)).is_none());
        assert!(sessions.find(&second, "/ry/one", at(2)).is_some());
        sessions.changed("tlds/one/credentials/rri-ry", 2);
        assert!(sessions.find(&second, "/ry/one", at(2)).is_none());
        assert!(sessions.find(&other, "/ry/two", at(2)).is_some());
    }

    #[test]
    fn logins_are_limited_per_user() {
        let sessions = Sessions::new(&SETTINGS);
        for _ in 0..3 {
            sessions.may_open("one_ry").unwrap();
        }
        let wait = sessions.may_open("one_ry").unwrap_err();
        assert!(wait <= Duration::from_secs(20), "{wait:?}");
        sessions.may_open("two_ry").unwrap();
    }

    #[test]
    fn a_certificate_has_four_connections() {
        let sessions = CertificateSessions::new(4);
        let mut open: Vec<_> = (0..4).map(|_| sessions.open(b"a").unwrap()).collect();
        assert!(sessions.open(b"a").is_none());
        assert!(sessions.open(b"b").is_some());
        open.pop();
        assert!(sessions.open(b"a").is_some());
        drop(open);
        assert!(sessions.open.lock().unwrap().is_empty());
    }
}
