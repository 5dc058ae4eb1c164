//! Links for a new password.
//!
//! A link's token is the id of its row and a tag that only we can make for that id. It is computed when the mail is
//! sent, so that nothing at rest, in an event or in a queue opens anything, and a mail sent twice carries the same link.

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use nsp_kit::{id::UserId, seal::Keyring};
use uuid::Uuid;

use super::ResetId;

/// How long a link works.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// So many links a person gets within [`LIFETIME`]; further wishes are ignored, so that nobody's mailbox is flooded.
pub const MAX_OPEN: i64 = 3;

const PURPOSE: &str = "password reset";
const ID_LEN: usize = 16;

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
    let mut token = id.0.as_bytes().to_vec();
    token.extend(keys.tag(PURPOSE, id.0.as_bytes()));
    BASE64URL_NOPAD.encode(&token)
}

/// The link that a token is of, if we made the token.
pub fn read_token(token: &str, keys: &Keyring) -> Option<ResetId> {
    let token = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (id, tag) = token.split_at_checked(ID_LEN)?;
    keys.verify_tag(PURPOSE, id, tag).then_some(())?;
    Uuid::from_slice(id).ok().map(ResetId)
}

#[cfg(test)]
mod tests {
    use nsp_kit::seal::Config;

    use super::*;

    fn keys(byte: u8) -> Keyring {
        let current = data_encoding::BASE64.encode(&[byte; 32]).into();
        Keyring::new(&Config {
            current,
            previous: Vec::new(),
        })
        .unwrap()
    }

    #[test]
    fn only_our_own_tokens_are_read() {
        let id = ResetId::new();
        let token = token(id, &keys(1));
        assert_eq!(read_token(&token, &keys(1)), Some(id));
        assert_eq!(read_token(&token, &keys(2)), None);
        assert_eq!(read_token(&token[..token.len() - 2], &keys(1)), None);
        assert_eq!(read_token("", &keys(1)), None);
        let mut other = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        other[3] ^= 1;
        assert_eq!(read_token(&BASE64URL_NOPAD.encode(&other), &keys(1)), None);
    }

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
