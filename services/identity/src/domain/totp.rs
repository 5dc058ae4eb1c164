//! Time-based codes (RFC 6238) as every authenticator app makes them: SHA-1, six digits, 30 seconds.

use std::str::FromStr;

use aws_lc_rs::rand;
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use totp_rs::{Builder, Totp};

use crate::error::Error;

/// RFC 4226 recommends 160 bits.
const LEN: usize = 20;
const MIN_LEN: usize = 16;
const DIGITS: usize = 6;

/// What an authenticator app and we both know.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Vec<u8>);

impl TotpSecret {
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = vec![0; LEN];
        rand::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A secret that was sealed.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Error> {
        if bytes.len() < MIN_LEN {
            return Err(Error::BadSecret);
        }
        Ok(Self(bytes))
    }

    /// For sealing.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As a person types it into an app.
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// `otpauth://totp/…`, for the QR code.
    pub fn address(&self, issuer: &str, email: &str) -> Result<String, Error> {
        let totp = self
            .builder()
            .with_account_name(email)
            .with_issuer(Some(issuer));
        let totp = totp.build().map_err(|_| Error::BadSecret)?;
        totp.to_url().map_err(|_| Error::BadSecret)
    }

    /// The time step of `code`, if it is right at `now`, or a step before or after, and no code of that step or a later
    /// one was accepted before: whoever watched a code being typed cannot use it again.
    pub fn accept(&self, code: &Code, now: Timestamp, last_step: Option<i64>) -> Option<i64> {
        let seconds = u64::try_from(now.as_second()).ok()?;
        let step = self.totp()?.check(&code.0, seconds)?;
        let step = i64::try_from(step).ok()?;
        (last_step < Some(step)).then_some(step)
    }

    fn totp(&self) -> Option<Totp> {
        self.builder().build().ok()
    }

    fn builder(&self) -> Builder {
        // SHA-1, six digits, 30 seconds and one step of skew are what the builder starts with.
        Builder::new().with_secret(self.0.clone())
    }
}

/// From base 32, as the demonstration data carries it.
impl FromStr for TotpSecret {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).ok();
        let bytes = bytes.filter(|bytes| bytes.len() >= MIN_LEN);
        bytes
            .map(Self)
            .ok_or("must be 16 bytes or more in base 32 without padding")
    }
}

/// A code as somebody typed it. Whether it is right is another matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl FromStr for Code {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(DIGITS + 1)
            .collect();
        if code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(code))
        } else {
            Err("must be the six digits that the authenticator app shows")
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    /// The secret of RFC 6238's test vectors.
    fn rfc() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890".to_vec()).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // The last six of the eight digits of appendix B.
        for (second, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = rfc().accept(&code(digits), at(second), None);
            assert_eq!(step, Some(second / 30), "{digits}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off() {
        let now = at(1_234_567_890);
        let step = SignedDuration::from_secs(30);
        for good in [now - step, now, now + step] {
            assert!(rfc().accept(&code("005924"), good, None).is_some());
        }
        for bad in [now - step * 2, now + step * 2] {
            assert_eq!(rfc().accept(&code("005924"), bad, None), None);
        }
    }

    #[test]
    fn a_code_works_once() {
        let now = at(1_234_567_890);
        let step = rfc().accept(&code("005924"), now, None);
        assert_eq!(rfc().accept(&code("005924"), now, step), None);
        assert!(
            rfc()
                .accept(&code("005924"), now, step.map(|step| step - 1))
                .is_some()
        );
    }

    #[test]
    fn codes_are_six_digits_with_spaces_anywhere() {
        assert!(code(" 005 924 ") == code("005924"));
        for text in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert!(text.parse::<Code>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_app_can_read_the_address() {
        let address = rfc()
            .address("Naming Services portal", "jane@acme.example")
            .unwrap();
        assert_eq!(
            address,
            "otpauth://totp/Naming%20Services%20portal:jane%40acme.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Naming%20Services%20portal"
        );
        assert!(rfc().base32().parse::<TotpSecret>().unwrap() == rfc());
    }
}
