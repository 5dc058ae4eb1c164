//! Recovery codes: ten one-time codes for the day on which the phone is gone.

use std::str::FromStr;

use aws_lc_rs::{digest, rand};
use data_encoding::BASE32_NOPAD;

use crate::error::Error;

/// How many codes a person has after they were made.
pub const COUNT: usize = 10;
/// 120 bits: ASVS 6.5.2 wants 112 for a hash without salt.
const BYTES: usize = 15;
const GROUP: usize = 4;

/// A recovery code: 24 characters of base 32.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A new code.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes)?;
        Ok(Self(BASE32_NOPAD.encode(&bytes)))
    }

    /// Ten new codes.
    pub fn generate_all() -> Result<Vec<Self>, Error> {
        (0..COUNT).map(|_| Self::generate()).collect()
    }

    /// What is kept of it.
    ///
    /// A fast hash is enough: slow ones protect what people think up, and these are 120 random bits.
    pub fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_bytes())
            .as_ref()
            .to_vec()
    }

    /// As it is shown: `ABCD-EFGH-IJKL-MNOP-QRST-UVWX`.
    pub fn reveal(&self) -> String {
        let groups = self.0.as_bytes().chunks(GROUP);
        let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
        groups.join("-")
    }
}

/// In any case, and with or without the hyphens.
impl FromStr for RecoveryCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let code: String = code.take(100).collect::<String>().to_ascii_uppercase();
        let bytes = BASE32_NOPAD.decode(code.as_bytes()).ok();
        bytes
            .filter(|bytes| bytes.len() == BYTES)
            .map(|_| Self(code))
            .ok_or("must have the form ABCD-EFGH-IJKL-MNOP-QRST-UVWX, with letters and the digits 2 to 7")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_shown_and_more_sloppily() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.reveal();
        assert_eq!(shown.len(), 29);
        assert!(shown.parse::<RecoveryCode>().unwrap() == code);
        let sloppy = shown.replace('-', " ").to_lowercase();
        assert!(sloppy.parse::<RecoveryCode>().unwrap() == code);
        assert_eq!(sloppy.parse::<RecoveryCode>().unwrap().hash(), code.hash());
    }

    #[test]
    fn ten_codes_are_ten_different_ones() {
        let codes = RecoveryCode::generate_all().unwrap();
        let hashes: std::collections::HashSet<_> = codes.iter().map(RecoveryCode::hash).collect();
        assert_eq!(hashes.len(), COUNT);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "123456",
            "ABCD-EFGH-IJKL-MNOP-QRST-UVW1",
            "ABCD-EFGH-IJKL-MNOP-QRST-UVWXY",
        ] {
            assert!(text.parse::<RecoveryCode>().is_err(), "{text}");
        }
    }
}
