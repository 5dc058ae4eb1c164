//! The secret part of links that are mailed.
//!
//! A link's token is the id of its row and a tag that only we can make for that id. It is computed when the mail is
//! sent, so that nothing at rest, in an event or in a queue opens anything, and a mail sent twice carries the same link.

use data_encoding::BASE64URL_NOPAD;
use nsp_kit::seal::Keyring;
use uuid::Uuid;

const ID_LEN: usize = 16;

/// What a link is for. A token of one purpose is none of another.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    PasswordReset,
    Invitation,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::PasswordReset => "password reset",
            Self::Invitation => "invitation",
        }
    }
}

/// The token of the row `id`.
pub fn token(purpose: Purpose, id: Uuid, keys: &Keyring) -> String {
    let mut token = id.as_bytes().to_vec();
    token.extend(keys.tag(purpose.as_str(), id.as_bytes()));
    BASE64URL_NOPAD.encode(&token)
}

/// The row that a token is of, if we made the token.
pub fn read_token(purpose: Purpose, token: &str, keys: &Keyring) -> Option<Uuid> {
    let token = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (id, tag) = token.split_at_checked(ID_LEN)?;
    keys.verify_tag(purpose.as_str(), id, tag).then_some(())?;
    Uuid::from_slice(id).ok()
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
        let id = Uuid::now_v7();
        let read = |token: &str, key| read_token(Purpose::Invitation, token, &keys(key));
        let token = token(Purpose::Invitation, id, &keys(1));
        assert_eq!(read(&token, 1), Some(id));
        assert_eq!(read(&token, 2), None);
        assert_eq!(read(&token[..token.len() - 2], 1), None);
        assert_eq!(read("", 1), None);
        assert_eq!(read_token(Purpose::PasswordReset, &token, &keys(1)), None);
        let mut other = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        other[3] ^= 1;
        assert_eq!(read(&BASE64URL_NOPAD.encode(&other), 1), None);
    }
}
