//! What is known about one name, and for how long.

use jiff::{SignedDuration, Timestamp};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering::Relaxed},
};

use super::{Freshness, Held};
use crate::{Answer, Settings};

/// Even for a TTL of zero, so that a name cannot make us ask for every request.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// When an answer in use is asked for again: this long before its end, and at least so long, and at most.
const LEAD_PART: i32 = 10;
const LEAD_LEAST: SignedDuration = SignedDuration::from_secs(2);
const LEAD_MOST: SignedDuration = SignedDuration::from_secs(30);

/// The settings, as durations.
pub struct Limits {
    positive: SignedDuration,
    negative: SignedDuration,
    stale: SignedDuration,
    retry: SignedDuration,
}

impl Limits {
    pub fn new(settings: &Settings) -> Self {
        let seconds = |number: u32| SignedDuration::from_secs(number.into());
        Self {
            positive: seconds(settings.max_ttl_seconds),
            negative: seconds(settings.max_negative_ttl_seconds),
            stale: seconds(settings.max_stale_seconds),
            retry: seconds(settings.retry_seconds).max(SHORTEST),
        }
    }
}

/// An answer with its times. What changes while it is read is atomic; a new answer is a new entry.
pub struct Entry {
    answer: Arc<Answer>,
    expires: Timestamp,
    /// When it is asked for again if it is in use.
    renew: Timestamp,
    /// Until when it counts if nobody answers.
    forgotten: Timestamp,
    /// In microseconds since 1970: when somebody wanted it last, and when the DNS was asked last.
    used: AtomicI64,
    asked: AtomicI64,
    /// Whether the DNS did not answer when it was asked last.
    failing: AtomicBool,
}

impl Entry {
    pub fn new(answer: Answer, now: Timestamp, limits: &Limits) -> Self {
        let seconds = |number: u32| SignedDuration::from_secs(number.into());
        let (life, stale) = match &answer {
            Answer::Secure(found) => (seconds(found.ttl).min(limits.positive), limits.stale),
            Answer::NoName { ttl } | Answer::NoRecord { ttl } => {
                (seconds(*ttl).min(limits.negative), SignedDuration::ZERO)
            }
            Answer::Insecure(_) | Answer::Bogus(_) => (limits.negative, SignedDuration::ZERO),
            Answer::Unavailable(_) => (limits.retry, SignedDuration::ZERO),
        };
        let life = life.max(SHORTEST);
        let lead = (life / LEAD_PART)
            .clamp(LEAD_LEAST, LEAD_MOST)
            .min(life / 2);
        let expires = later(now, life);
        Self {
            renew: later(now, life - lead),
            forgotten: later(expires, stale),
            expires,
            answer: Arc::new(answer),
            used: AtomicI64::new(now.as_microsecond()),
            asked: AtomicI64::new(now.as_microsecond()),
            failing: AtomicBool::new(false),
        }
    }

    pub fn answer(&self) -> &Arc<Answer> {
        &self.answer
    }

    /// What it is worth now; `None` when the DNS has to be asked first.
    pub fn held(&self, now: Timestamp) -> Option<Held> {
        let freshness = if now < self.expires {
            Freshness::Fresh
        } else if self.failing.load(Relaxed) && now < self.forgotten {
            Freshness::Stale(self.expires)
        } else {
            return None;
        };
        Some(Held {
            answer: Arc::clone(&self.answer),
            freshness,
        })
    }

    pub fn is_stale(&self, now: Timestamp) -> bool {
        now >= self.expires
    }

    pub fn is_secure(&self) -> bool {
        matches!(*self.answer, Answer::Secure(_))
    }

    /// Somebody wants it.
    pub fn touch(&self, now: Timestamp) {
        self.used.fetch_max(now.as_microsecond(), Relaxed);
    }

    /// When somebody wanted it last.
    pub fn used(&self) -> i64 {
        self.used.load(Relaxed)
    }

    /// The DNS was asked for it in vain. What counts now, if that is anything.
    pub fn failed(&self, now: Timestamp) -> Option<Held> {
        if !self.is_secure() {
            return None;
        }
        self.asked.store(now.as_microsecond(), Relaxed);
        self.failing.store(true, Relaxed);
        self.held(now)
    }

    /// Whether it is time to ask again.
    pub fn is_due(&self, now: Timestamp, limits: &Limits) -> bool {
        if now < self.renew {
            return false;
        }
        let asked = Timestamp::from_microsecond(self.asked.load(Relaxed)).unwrap_or_default();
        !self.failing.load(Relaxed) || now >= later(asked, limits.retry)
    }

    /// Whether anybody wanted it since the DNS was asked last.
    pub fn is_in_use(&self) -> bool {
        self.used() > self.asked.load(Relaxed)
    }

    /// Whether it is good for nothing any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.forgotten
    }
}

/// At the end of time nothing is later.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
