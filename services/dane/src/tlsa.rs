//! TLSA records (RFC 6698), and which certificates match them.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use std::{fmt, str::FromStr};

use crate::Certificate;

/// One record: what its owner says about the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tlsa {
    /// 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.
    pub usage: u8,
    /// 0 the whole certificate, 1 its public key.
    pub selector: u8,
    /// 0 the thing itself, 1 its SHA-256, 2 its SHA-512.
    pub matching: u8,
    pub data: Vec<u8>,
}

/// Which certificate usages count.
///
/// 0 and 2 speak of an authority and never count: the client proves a key of its own, and its name is in the DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Usages {
    /// 3 only.
    #[default]
    DaneEe,
    /// 3 and 1.
    PkixEeToo,
}

impl Usages {
    pub fn count(self, usage: u8) -> bool {
        usage == 3 || (usage == 1 && self == Self::PkixEeToo)
    }
}

impl Tlsa {
    /// The record that this certificate's owner should publish. `None` for a selector or a matching type that does not exist.
    pub fn of(certificate: &Certificate, usage: u8, selector: u8, matching: u8) -> Option<Self> {
        let selected = select(certificate, selector)?;
        let data = match matching {
            0 => selected.to_vec(),
            1 => digest::digest(&digest::SHA256, selected).as_ref().to_vec(),
            2 => digest::digest(&digest::SHA512, selected).as_ref().to_vec(),
            _ => return None,
        };
        Some(Self {
            usage,
            selector,
            matching,
            data,
        })
    }

    /// Whether this record means this certificate. Its usage is the caller's business.
    pub fn matches(&self, certificate: &Certificate) -> bool {
        let Some(selected) = select(certificate, self.selector) else {
            return false;
        };
        let equal = |value: &[u8]| verify_slices_are_equal(value, &self.data).is_ok();
        match self.matching {
            0 => equal(selected),
            1 => equal(digest::digest(&digest::SHA256, selected).as_ref()),
            2 => equal(digest::digest(&digest::SHA512, selected).as_ref()),
            _ => false,
        }
    }

    /// The certificate itself, where the record contains the whole of it.
    pub fn certificate(&self) -> Option<Certificate> {
        if self.selector != 0 || self.matching != 0 {
            return None;
        }
        Certificate::from_der(&self.data).ok()
    }
}

fn select(certificate: &Certificate, selector: u8) -> Option<&[u8]> {
    match selector {
        0 => Some(certificate.der()),
        1 => Some(certificate.public_key()),
        _ => None,
    }
}

impl fmt::Display for Tlsa {
    /// As in a zone file: `3 1 1 a1b2…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.usage, self.selector, self.matching)?;
        self.data
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a text is no TLSA record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a TLSA record as in a zone file, such as 3 1 1 followed by 64 hexadecimal digits")]
pub struct NotATlsa;

impl FromStr for Tlsa {
    type Err = NotATlsa;

    fn from_str(text: &str) -> Result<Self, NotATlsa> {
        let mut words = text.split_ascii_whitespace();
        let mut number = || words.next()?.parse().ok();
        let (usage, selector, matching) = (number(), number(), number());
        let hex: String = words.collect();
        let digits = hex.as_bytes();
        let data = digits.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| NotATlsa)?;
            if pair.len() != 2 || !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(NotATlsa);
            }
            u8::from_str_radix(pair, 16).map_err(|_| NotATlsa)
        });
        let data: Vec<u8> = data.collect::<Result<_, _>>()?;
        if data.is_empty() {
            return Err(NotATlsa);
        }
        Ok(Self {
            usage: usage.ok_or(NotATlsa)?,
            selector: selector.ok_or(NotATlsa)?,
            matching: matching.ok_or(NotATlsa)?,
            data,
        })
    }
}
