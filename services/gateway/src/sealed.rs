//! Keeps a form for its sender while something else is asked: sealed, in the page that asks.
//!
//! The key is made of the secret of the session's cookie, which no page and no script can read. So every replica opens it
//! and none has to remember it; what was typed, passwords among it, is not in the page, nor in a copy of it; nobody can
//! put another form in its place; and it is worth nothing without the session.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hmac, rand,
};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What keys are made for, so that they are good for nothing else.
const PURPOSE: &[u8] = b"nsp gateway: a form that waits";
/// As long as a session nobody uses.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// What was asked of the portal, to be asked once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The page at this address.
    Page(String),
    /// A form, as it was sent.
    Form(Bytes),
}

/// Something that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub kept: Kept,
    /// The page it came from.
    pub back: String,
    /// Whether it waited too long.
    pub late: bool,
}

#[derive(Serialize, Deserialize)]
struct Head {
    /// None for a form.
    page: Option<String>,
    back: String,
    until: i64,
}

/// Seals what was sent to `address` by the session with this secret.
pub fn seal(
    secret: &str,
    address: &str,
    back: &str,
    kept: &Kept,
    now: Timestamp,
) -> Result<String, Unspecified> {
    let (page, form) = match kept {
        Kept::Page(address) => (Some(address.clone()), &Bytes::new()),
        Kept::Form(form) => (None, form),
    };
    let head = Head {
        page,
        back: back.to_owned(),
        until: (now + LIFETIME).as_second(),
    };
    let mut body = serde_json::to_vec(&head).map_err(|_| Unspecified)?;
    body.push(b'\n');
    body.extend_from_slice(form);
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce)?;
    key(secret)?.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(address.as_bytes()),
        &mut body,
    )?;
    Ok(BASE64URL_NOPAD.encode(&[nonce.as_slice(), &body].concat()))
}

/// Opens what the same session sent to the same address; nothing if it is anything else.
pub fn open(secret: &str, address: &str, sealed: &str, now: Timestamp) -> Option<Opened> {
    let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
    let (nonce, body) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = body.to_vec();
    let aad = Aad::from(address.as_bytes());
    let plain = key(secret)
        .ok()?
        .open_in_place(nonce, aad, &mut body)
        .ok()?;
    let end = plain.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&plain[..end]).ok()?;
    let form = &plain[end + 1..];
    Some(Opened {
        kept: match head.page {
            Some(address) => Kept::Page(address),
            None => Kept::Form(Bytes::copy_from_slice(form)),
        },
        back: head.back,
        late: now.as_second() >= head.until,
    })
}

fn key(secret: &str) -> Result<LessSafeKey, Unspecified> {
    let master = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let key = UnboundKey::new(&AES_256_GCM, hmac::sign(&master, PURPOSE).as_ref())?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn form() -> Kept {
        Kept::Form(Bytes::from_static(b"new_password=orbit+mango\nlantern"))
    }

    #[test]
    fn a_form_comes_back_as_it_was_sent() {
        let sealed = seal("secret", "/a?b=c", "/from", &form(), NOW).unwrap();
        let opened = open("secret", "/a?b=c", &sealed, NOW).unwrap();
        assert_eq!((opened.kept, opened.back.as_str()), (form(), "/from"));
        assert!(!opened.late);
        let page = Kept::Page("/a".to_owned());
        let sealed = seal("secret", "/a", "/from", &page, NOW).unwrap();
        assert_eq!(open("secret", "/a", &sealed, NOW).unwrap().kept, page);
    }

    #[test]
    fn the_page_does_not_show_what_was_typed() {
        let sealed = seal("secret", "/a", "/from", &form(), NOW).unwrap();
        let plain = BASE64URL_NOPAD.decode(sealed.as_bytes()).unwrap();
        let plain = String::from_utf8_lossy(&plain);
        assert!(!plain.contains("mango") && !plain.contains("password"));
        assert_ne!(
            sealed,
            seal("secret", "/a", "/from", &form(), NOW).unwrap(),
            "two are never the same"
        );
    }

    #[test]
    fn another_session_another_address_or_another_form_opens_nothing() {
        let sealed = seal("secret", "/a", "/from", &form(), NOW).unwrap();
        assert_eq!(open("other", "/a", &sealed, NOW), None);
        assert_eq!(open("secret", "/b", &sealed, NOW), None);
        let mut bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).unwrap();
        bytes[NONCE_LEN + 3] ^= 1;
        let changed = BASE64URL_NOPAD.encode(&bytes);
        assert_eq!(open("secret", "/a", &changed, NOW), None);
        assert_eq!(open("secret", "/a", "", NOW), None);
        assert_eq!(open("secret", "/a", "not base 64", NOW), None);
    }

    #[test]
    fn it_waits_for_half_an_hour() {
        let sealed = seal("secret", "/a", "/from", &form(), NOW).unwrap();
        let second = SignedDuration::from_secs(1);
        let late = |now| open("secret", "/a", &sealed, now).unwrap().late;
        assert!(!late(NOW + LIFETIME - second));
        assert!(late(NOW + LIFETIME));
    }
}
