//! Passkeys: the ceremonies in which they are made and shown, and when one looks cloned.

use jiff::{SignedDuration, Timestamp};
use nsp_kit::id::UserId;

use super::{AttemptId, CeremonyId};

/// How long a person may take to show a passkey. As long as browsers wait.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// What a ceremony is for. One that was begun for one purpose completes no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Purpose {
    /// A signed-in person, or one who enrols, adds a passkey.
    Registration,
    /// A passkey signs in alone.
    SignIn,
    /// A passkey completes a sign-in with a password.
    SecondFactor,
    /// A signed-in person shows a passkey again.
    StepUp,
}

/// A passkey that was asked for; good for one answer.
#[derive(Debug, Clone)]
pub struct Ceremony {
    pub id: CeremonyId,
    pub purpose: Purpose,
    /// Whose passkey was asked for, if that is known.
    pub person: Option<UserId>,
    /// The sign-in it is part of, if one.
    pub attempt: Option<AttemptId>,
    /// What the answer is checked against.
    pub state: serde_json::Value,
    pub expire_time: Timestamp,
}

impl Ceremony {
    /// Whether an answer given at `now` by `person`, within `attempt`, is one to this ceremony.
    pub fn is_for(
        &self,
        purpose: Purpose,
        person: Option<UserId>,
        attempt: Option<AttemptId>,
        now: Timestamp,
    ) -> bool {
        self.purpose == purpose
            && self.person == person
            && self.attempt == attempt
            && now < self.expire_time
    }
}

/// Whether a passkey whose last use had the count `kept` may exist twice, now that it shows `shown`. Authenticators that
/// do not count always show 0.
pub fn looks_cloned(kept: u32, shown: u32) -> bool {
    (kept > 0 || shown > 0) && shown <= kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_does_not_rise_shows_a_clone() {
        assert!(!looks_cloned(0, 0));
        assert!(!looks_cloned(0, 1));
        assert!(!looks_cloned(7, 8));
        assert!(looks_cloned(7, 7));
        assert!(looks_cloned(7, 6));
        assert!(looks_cloned(7, 0));
    }

    #[test]
    fn a_ceremony_is_good_for_its_purpose_its_person_and_five_minutes() {
        let person = Some(UserId::new());
        let start = Timestamp::UNIX_EPOCH;
        let ceremony = Ceremony {
            id: CeremonyId::new(),
            purpose: Purpose::Registration,
            person,
            attempt: None,
            state: serde_json::Value::Null,
            expire_time: start + LIFETIME,
        };
        let good = |purpose, person, attempt, now| ceremony.is_for(purpose, person, attempt, now);
        assert!(good(Purpose::Registration, person, None, start));
        assert!(!good(Purpose::SignIn, person, None, start));
        assert!(!good(Purpose::Registration, None, None, start));
        assert!(!good(
            Purpose::Registration,
            Some(UserId::new()),
            None,
            start
        ));
        assert!(!good(
            Purpose::Registration,
            person,
            Some(AttemptId::new()),
            start
        ));
        assert!(!good(Purpose::Registration, person, None, start + LIFETIME));
    }
}
