//! A sign-in between the password and the second factor.

use jiff::{SignedDuration, Timestamp};

/// How long the second factor, or the enrolment of one, may take.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// After so many wrong codes a person starts again with the password.
pub const MAX_FAILURES: i32 = 5;

/// What is left of an attempt after a wrong code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// So many wrong codes so far; another may follow.
    GoesOn(i32),
    Ended,
}

/// What a further wrong code does to an attempt that had `failures` before.
pub fn fail(failures: i32) -> AfterFailure {
    let failures = failures.saturating_add(1);
    if failures < MAX_FAILURES {
        AfterFailure::GoesOn(failures)
    } else {
        AfterFailure::Ended
    }
}

/// Whether something that ends at `expire` is still good.
pub fn is_open(expire: Timestamp, now: Timestamp) -> bool {
    now < expire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_code_ends_an_attempt() {
        assert_eq!(fail(0), AfterFailure::GoesOn(1));
        assert_eq!(fail(3), AfterFailure::GoesOn(4));
        assert_eq!(fail(4), AfterFailure::Ended);
        assert_eq!(fail(i32::MAX), AfterFailure::Ended);
    }

    #[test]
    fn an_attempt_is_closed_at_its_last_moment() {
        let end = Timestamp::UNIX_EPOCH + LIFETIME;
        assert!(is_open(end, end - SignedDuration::from_micros(1)));
        assert!(!is_open(end, end));
    }
}
