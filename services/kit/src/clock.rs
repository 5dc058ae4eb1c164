//! The time of day, as something that is passed in.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp, Unit};

/// Tells the time: the system's, or in tests one that stands still until it is moved.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<Mutex<Timestamp>>>);

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that shows `start` until [`Clock::advance`] moves it; its clones move with it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(Mutex::new(start))))
    }

    /// Now, in whole microseconds, which is what PostgreSQL keeps.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            None => Timestamp::now(),
            Some(manual) => *manual.lock().unwrap_or_else(PoisonError::into_inner),
        };
        now.round(Unit::Microsecond).unwrap_or(now)
    }

    /// Moves a manual clock. The system's clock moves by itself and ignores this.
    pub fn advance(&self, by: SignedDuration) {
        if let Some(manual) = &self.0 {
            let mut now = manual.lock().unwrap_or_else(PoisonError::into_inner);
            *now += by;
        }
    }
}

/// A time as protobuf writes it.
pub fn to_proto(at: Timestamp) -> nsp_proto::Timestamp {
    nsp_proto::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

/// A time that protobuf wrote, in whole microseconds; `None` if it is out of range.
pub fn from_proto(at: &nsp_proto::Timestamp) -> Option<Timestamp> {
    let at = Timestamp::new(at.seconds, at.nanos).ok()?;
    at.round(Unit::Microsecond).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let same = clock.clone();
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        clock.advance(SignedDuration::from_secs(5));
        assert_eq!(same.now().as_second(), 5);
    }
}
