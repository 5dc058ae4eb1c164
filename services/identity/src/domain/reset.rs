//! Links for a new password.

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{id::UserId, seal::Keyring};

use super::{
    ResetId,
    link::{self, Purpose},
};

/// How long a link works that its user asked for.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// How long one works that staff sent after they removed the user's factors: it may be night where the user is.
pub const LIFETIME_BY_STAFF: SignedDuration = SignedDuration::from_hours(24);
/// So many links a person gets within [`LIFETIME`]; further wishes are ignored, so that nobody's mailbox is flooded.
pub const MAX_OPEN: i64 = 3;

/// A link that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    pub id: ResetId,
    pub person: UserId,
    pub expire_time: Timestamp,
    pub use_time: Option<Timestamp>,
}

impl Reset {
    /// Whether the link still works.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.use_time.is_none() && now < self.expire_time
    }
}

/// The secret part of the link.
pub fn token(id: ResetId, keys: &Keyring) -> String {
    link::token(Purpose::PasswordReset, id.0, keys)
}

/// The link that a token is of, if we made the token.
pub fn read_token(token: &str, keys: &Keyring) -> Option<ResetId> {
    link::read_token(Purpose::PasswordReset, token, keys).map(ResetId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_once_and_for_half_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let mut reset = Reset {
            id: ResetId::new(),
            person: UserId::new(),
            expire_time: now + LIFETIME,
            use_time: None,
        };
        assert!(reset.is_good(now));
        assert!(!reset.is_good(now + LIFETIME));
        reset.use_time = Some(now);
        assert!(!reset.is_good(now));
    }
}
