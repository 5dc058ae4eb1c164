//! When tokens get a new signing key.

use jiff::{SignedDuration, Timestamp};

/// How long a token is good.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// How long a key is published before it signs. Services read the keys every minute.
pub const LEAD: SignedDuration = SignedDuration::from_mins(10);

/// When a key that is made `now` shall begin to sign, if one is to be made. `newest` is when the newest key began, or
/// will begin, to sign; the very first key has nothing to wait for.
pub fn next_key(
    newest: Option<Timestamp>,
    period: SignedDuration,
    now: Timestamp,
) -> Option<Timestamp> {
    let Some(newest) = newest else {
        return Some(now);
    };
    (now + LEAD >= newest + period).then(|| now + LEAD)
}

/// Whether the last token that a key may have signed has expired.
pub fn is_over(not_after: Option<Timestamp>, now: Timestamp) -> bool {
    not_after.is_some_and(|end| end + TOKEN_LIFETIME <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);
    const START: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(next_key(None, PERIOD, START), Some(START));
    }

    #[test]
    fn a_key_is_published_ten_minutes_before_it_signs() {
        let due = START + PERIOD - LEAD;
        assert_eq!(
            next_key(Some(START), PERIOD, due - SignedDuration::from_secs(1)),
            None
        );
        assert_eq!(next_key(Some(START), PERIOD, due), Some(START + PERIOD));
        // And when nothing ran for a month, the next one still takes its ten minutes.
        let late = due + PERIOD;
        assert_eq!(next_key(Some(START), PERIOD, late), Some(late + LEAD));
    }

    #[test]
    fn one_successor_is_made() {
        let due = START + PERIOD - LEAD;
        let successor = next_key(Some(START), PERIOD, due);
        assert_eq!(next_key(successor, PERIOD, due), None);
    }

    #[test]
    fn a_key_stays_published_until_its_last_token_has_expired() {
        let end = START + PERIOD;
        assert!(!is_over(None, end));
        assert!(!is_over(Some(end), end));
        assert!(!is_over(
            Some(end),
            end + TOKEN_LIFETIME - SignedDuration::from_secs(1)
        ));
        assert!(is_over(Some(end), end + TOKEN_LIFETIME));
    }
}
