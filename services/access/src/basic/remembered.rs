//! Passwords that were right: remembered by a keyed hash, never by themselves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};

use super::Verified;

/// What stands for a user name, a TLD and a password. Nobody without this process's key can compute it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// What is remembered, and for how long it counts.
pub struct Remembered {
    key: hmac::Key,
    capacity: usize,
    fresh: SignedDuration,
    stale: SignedDuration,
    entries: Mutex<HashMap<Fingerprint, Entry>>,
}

struct Entry {
    verified: Arc<Verified>,
    /// When the accounts service last said so.
    said: Timestamp,
    /// Until when nobody else asks again.
    ask: Timestamp,
}

/// A password that was right.
pub enum Recall {
    Fresh(Arc<Verified>),
    /// Still good if nobody can be asked.
    Old(Arc<Verified>),
    Nothing,
}

/// While one request asks again, the others go on with what is known.
const ASKING: SignedDuration = SignedDuration::from_secs(10);

impl Remembered {
    pub fn new(
        capacity: usize,
        fresh: SignedDuration,
        stale: SignedDuration,
    ) -> Result<Self, aws_lc_rs::error::Unspecified> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &aws_lc_rs::rand::SystemRandom::new())?;
        Ok(Self {
            key,
            capacity,
            fresh,
            stale,
            entries: Mutex::default(),
        })
    }

    pub fn fingerprint(&self, user: &str, tld: &str, password: &str) -> Fingerprint {
        let mut hash = hmac::Context::with_key(&self.key);
        for part in [user, tld, password] {
            // With its length before it, so that no two triples read the same.
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.sign().as_ref());
        Fingerprint(bytes)
    }

    pub fn recall(&self, fingerprint: Fingerprint, now: Timestamp) -> Recall {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&fingerprint) else {
            return Recall::Nothing;
        };
        if now.duration_since(entry.said) > self.stale {
            entries.remove(&fingerprint);
            return Recall::Nothing;
        }
        if now < entry.ask {
            return Recall::Fresh(Arc::clone(&entry.verified));
        }
        entry.ask = now + ASKING;
        Recall::Old(Arc::clone(&entry.verified))
    }

    pub fn remember(&self, fingerprint: Fingerprint, verified: Arc<Verified>, now: Timestamp) {
        let mut entries = self.entries();
        if entries.len() >= self.capacity && !entries.contains_key(&fingerprint) {
            // Seldom: there are fewer credentials than places.
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.said);
            let oldest = oldest.map(|(fingerprint, _)| *fingerprint);
            oldest.and_then(|oldest| entries.remove(&oldest));
        }
        let entry = Entry {
            verified,
            said: now,
            ask: now + self.fresh,
        };
        entries.insert(fingerprint, entry);
    }

    pub fn forget(&self, fingerprint: Fingerprint) {
        self.entries().remove(&fingerprint);
    }

    /// Forgets what is older than `version` of a credential.
    pub fn changed(&self, credential: &str, version: i64) {
        self.entries().retain(|_, entry| {
            *entry.verified.credential != *credential || entry.verified.version >= version
        });
    }

    /// Everything is asked for again at its next use: something may have been missed.
    pub fn doubt(&self) {
        for entry in self.entries().values_mut() {
            entry.ask = Timestamp::MIN;
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Fingerprint, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::basic::test::verified;

    fn remembered(capacity: usize) -> Remembered {
        let hour = SignedDuration::from_hours(1);
        Remembered::new(capacity, SignedDuration::from_mins(1), hour).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_password_is_fresh_then_old_then_forgotten() {
        let remembered = remembered(10);
        let one = remembered.fingerprint("one_ry", "one", "secret");
        assert_ne!(one, remembered.fingerprint("one_ry", "one", "Secret"));
        assert_ne!(one, remembered.fingerprint("one_r", "yone", "secret"));
        assert!(matches!(remembered.recall(one, at(0)), Recall::Nothing));
        remembered.remember(one, verified("one", 1), at(0));
        assert!(matches!(remembered.recall(one, at(59)), Recall::Fresh(_)));
        assert!(matches!(remembered.recall(one, at(60)), Recall::Old(_)));
        assert!(
            matches!(remembered.recall(one, at(61)), Recall::Fresh(_)),
            "one asks, not all"
        );
        assert!(matches!(remembered.recall(one, at(71)), Recall::Old(_)));
        assert!(matches!(remembered.recall(one, at(3_601)), Recall::Nothing));
    }

    #[test]
    fn a_change_makes_older_versions_forgotten_and_no_others() {
        let remembered = remembered(10);
        let [one, two] = ["one", "two"].map(|tld| {
            let fingerprint = remembered.fingerprint(&format!("{tld}_ry"), tld, "secret");
            remembered.remember(fingerprint, verified(tld, 3), at(0));
            fingerprint
        });
        remembered.changed("tlds/one/credentials/rri-ry", 3);
        assert!(matches!(remembered.recall(one, at(1)), Recall::Fresh(_)));
        remembered.changed("tlds/one/credentials/rri-ry", 4);
        assert!(matches!(remembered.recall(one, at(1)), Recall::Nothing));
        assert!(matches!(remembered.recall(two, at(1)), Recall::Fresh(_)));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let remembered = remembered(2);
        let all: Vec<_> = (0..3)
            .map(|index| {
                let fingerprint = remembered.fingerprint("one_ry", "one", &index.to_string());
                remembered.remember(fingerprint, verified("one", 1), at(index));
                fingerprint
            })
            .collect();
        assert!(matches!(remembered.recall(all[0], at(3)), Recall::Nothing));
        assert!(matches!(remembered.recall(all[1], at(3)), Recall::Fresh(_)));
        assert!(matches!(remembered.recall(all[2], at(3)), Recall::Fresh(_)));
    }
}
