//! Secrets that we give out and find again, in a cookie or an address: 256 random bits, of which only the SHA-256 is kept.

use std::{fmt, str::FromStr};

use aws_lc_rs::{constant_time, digest, error::Unspecified, rand};
use data_encoding::BASE64URL_NOPAD;

const LEN: usize = 32;

/// The secret of a session, of a sign-in attempt or of a calendar feed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; LEN]);

impl Secret {
    pub fn generate() -> Result<Self, Unspecified> {
        let mut bytes = [0; LEN];
        rand::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// As the cookie or the address carries it.
    pub fn reveal(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// What is kept of it, and what it is found by. Nobody can try out 256 random bits, so a fast hash is enough.
    pub fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.0).as_ref().to_vec()
    }
}

impl FromStr for Secret {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("is not a secret that was given out")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether `given` is the secret `kept`. Takes the same time wherever they differ, and however long the kept one is.
pub fn is_same(given: &[u8], kept: &[u8]) -> bool {
    let hash = |text| digest::digest(&digest::SHA256, text);
    constant_time::verify_slices_are_equal(hash(given).as_ref(), hash(kept).as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_given_out() {
        let secret = Secret::generate().unwrap();
        assert_eq!(secret.reveal().parse::<Secret>().unwrap(), secret);
        assert_ne!(Secret::generate().unwrap(), secret);
        assert!("".parse::<Secret>().is_err());
        assert!("AAAA".parse::<Secret>().is_err());
        assert!(!format!("{secret:?}").contains(&secret.reveal()));
    }
}
