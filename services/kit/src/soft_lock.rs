//! Soft locks (ID-6): who fails waits, the longer the more often, and never longer than until the next day.
//!
//! A credential whose tries fail is locked for a moment after each of them. A try while it is locked is refused whatever
//! was shown, and counts for nothing: otherwise whoever knows an address could lock its owner out. A right try does not
//! clear the count, so that an attacker who has one of two factors cannot begin anew with it. The count ends with the
//! day, in UTC.

use jiff::{SignedDuration, Timestamp};

const DAY: i64 = 24 * 60 * 60;
/// Up to, but not including, so many failures of a day, each of them locks for so many seconds.
const STEPS: [(i32, i64); 4] = [(3, 1), (9, 3), (25, 5), (100, 10)];

/// The failed tries at one credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    failures: i32,
    last: Timestamp,
}

impl Tries {
    /// What is kept of a credential: so many failures, the last of them at `last`.
    pub fn new(failures: i32, last: Timestamp) -> Self {
        Self { failures, last }
    }

    pub fn failures(&self) -> i32 {
        self.failures
    }

    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// When the lock of the last failure ends; `None` if nothing failed.
    pub fn locked_until(&self) -> Option<Timestamp> {
        let step = STEPS.iter().find(|(below, _)| self.failures < *below);
        let end = match (self.failures, step) {
            (..=0, _) => return None,
            (_, Some((_, seconds))) => self.last + SignedDuration::from_secs(*seconds),
            (_, None) => next_day(self.last),
        };
        Some(end.min(next_day(self.last)))
    }

    /// Whether a try at `now` is refused whatever it shows.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until().is_some_and(|end| now < end)
    }

    /// A try at `now`, when it was not locked, was wrong.
    #[must_use]
    pub fn fail(self, now: Timestamp) -> Self {
        let before = if now < next_day(self.last) {
            self.failures
        } else {
            0
        };
        Self {
            failures: before.saturating_add(1),
            last: now,
        }
    }
}

/// Midnight after `time`, in UTC.
pub fn next_day(time: Timestamp) -> Timestamp {
    let day = time.as_second().div_euclid(DAY) + 1;
    Timestamp::from_second(day * DAY).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn noon() -> Timestamp {
        at("2026-11-21T12:00:00Z")
    }

    /// So many failures, each in the very moment in which the lock of the one before ends.
    fn after(count: i32) -> Tries {
        let start = Tries::new(0, at("2026-11-21T00:00:00Z"));
        (0..count).fold(start, |tries, _| {
            tries.fail(tries.locked_until().unwrap_or(tries.last()))
        })
    }

    #[test]
    fn a_lock_lasts_as_long_as_its_failures_are_many() {
        let steps = [
            (1, 1),
            (2, 1),
            (3, 3),
            (8, 3),
            (9, 5),
            (24, 5),
            (25, 10),
            (99, 10),
        ];
        for (failures, seconds) in steps {
            let tries = Tries::new(failures, noon());
            let end = noon() + SignedDuration::from_secs(seconds);
            assert_eq!(tries.locked_until(), Some(end), "{failures}");
            assert!(tries.is_locked(noon()), "{failures}");
            assert!(
                tries.is_locked(end - SignedDuration::from_micros(1)),
                "{failures}"
            );
            assert!(!tries.is_locked(end), "{failures}");
        }
    }

    #[test]
    fn from_the_hundredth_failure_on_a_lock_lasts_until_the_next_day() {
        for failures in [100, 101, i32::MAX] {
            let tries = Tries::new(failures, noon());
            assert_eq!(tries.locked_until(), Some(at("2026-11-22T00:00:00Z")));
            assert!(tries.is_locked(at("2026-11-21T23:59:59.999999Z")));
            assert!(!tries.is_locked(at("2026-11-22T00:00:00Z")));
        }
    }

    #[test]
    fn nothing_is_locked_over_midnight() {
        let late = at("2026-11-21T23:59:58Z");
        let tries = Tries::new(30, late);
        assert_eq!(tries.locked_until(), Some(at("2026-11-22T00:00:00Z")));
    }

    #[test]
    fn the_next_day_the_count_begins_anew() {
        let tries = Tries::new(99, noon());
        assert_eq!(tries.fail(at("2026-11-21T23:59:59Z")).failures(), 100);
        assert_eq!(tries.fail(at("2026-11-22T00:00:00Z")).failures(), 1);
        assert_eq!(tries.fail(at("2027-01-01T00:00:00Z")).failures(), 1);
    }

    #[test]
    fn who_was_never_wrong_is_not_locked() {
        let tries = Tries::new(0, noon());
        assert_eq!(tries.locked_until(), None);
        assert!(!tries.is_locked(noon()));
    }

    #[test]
    fn a_clock_that_is_behind_finds_the_lock_too() {
        let tries = Tries::new(1, noon());
        assert!(tries.is_locked(noon() - SignedDuration::from_secs(5)));
    }

    #[test]
    fn a_day_of_guessing_is_a_hundred_guesses_and_a_quarter_of_an_hour() {
        let tries = after(100);
        let begun = at("2026-11-21T00:00:00Z");
        // 2 × 1 s, 6 × 3 s, 16 × 5 s, 75 × 10 s.
        assert_eq!(tries.last(), begun + SignedDuration::from_secs(850));
        assert_eq!(tries.locked_until(), Some(at("2026-11-22T00:00:00Z")));
    }

    #[test]
    fn days_end_at_midnight_in_utc() {
        assert_eq!(next_day(noon()), at("2026-11-22T00:00:00Z"));
        assert_eq!(
            next_day(at("2026-11-21T00:00:00Z")),
            at("2026-11-22T00:00:00Z")
        );
        assert_eq!(
            next_day(at("1969-12-31T23:00:00Z")),
            at("1970-01-01T00:00:00Z")
        );
    }
}
