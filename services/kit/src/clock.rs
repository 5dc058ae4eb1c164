//! The time of day, as something that is passed in.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp, Unit};
use tokio::sync::watch;

/// How long [`Clock::reaches`] sleeps at most before it looks at the system's clock again, which may have been set.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Tells the time: the system's, or in tests one that stands still until it is moved.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<watch::Sender<Timestamp>>>);

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that shows `start` until [`Clock::advance`] moves it; its clones move with it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(watch::Sender::new(start))))
    }

    /// Now, in whole microseconds, which is what PostgreSQL keeps.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            None => Timestamp::now(),
            Some(manual) => *manual.borrow(),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves a manual clock. The system's clock moves by itself and ignores this.
    pub fn advance(&self, by: SignedDuration) {
        if let Some(manual) = &self.0 {
            manual.send_modify(|now| *now += by);
        }
    }

    /// Ends as soon as the clock shows `at` or later.
    pub async fn reaches(&self, at: Timestamp) {
        if let Some(manual) = &self.0 {
            // The sender is here, so it is not gone.
            let _ = manual.subscribe().wait_for(|now| *now >= at).await;
            return;
        }
        loop {
            let left = at.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else {
                return;
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK_AGAIN)).await;
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

    #[tokio::test]
    async fn who_waits_for_a_time_is_woken_when_it_comes() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let at = Timestamp::from_second(10).unwrap();
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.reaches(at).await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.advance(SignedDuration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(SignedDuration::from_secs(2));
        assert_eq!(waiting.await.unwrap().as_second(), 11);
        clock.reaches(at).await;

        let system = Clock::system();
        let soon = system.now() + SignedDuration::from_millis(20);
        system.reaches(soon).await;
        assert!(system.now() >= soon);
        system.reaches(Timestamp::UNIX_EPOCH).await;
    }
}
