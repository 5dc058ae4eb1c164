//! What we read from a certificate, whatever its sender made of it.

use jiff::Timestamp;
use std::ops::Range;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
    oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME,
    prelude::FromDer,
};

use crate::{HostName, Tlsa, Usages};

/// More than any honest certificate takes; RSA with 16,384 bits is 5 kB.
const LONGEST: usize = 32 * 1024;
/// Each name may cost a lookup.
const MOST_NAMES: usize = 32;

/// A certificate that was parsed once. It may be self-signed, expired, X.509 version 1, with or without a subject
/// alternative name: nobody but the owner of its names vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Box<[u8]>,
    public_key: Range<usize>,
    names: Box<[HostName]>,
    valid_from: Timestamp,
    valid_until: Timestamp,
}

/// Why bytes are no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACertificate {
    #[error("it is too long for a certificate")]
    TooLong,
    #[error("it is not an X.509 certificate")]
    Malformed,
}

impl Certificate {
    /// Reads a certificate in DER, as it comes in a handshake.
    pub fn from_der(der: &[u8]) -> Result<Self, NotACertificate> {
        if der.len() > LONGEST {
            return Err(NotACertificate::TooLong);
        }
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|_| NotACertificate::Malformed)?;
        if !rest.is_empty() {
            return Err(NotACertificate::Malformed);
        }
        let public_key =
            position(der, parsed.public_key().raw).ok_or(NotACertificate::Malformed)?;
        let time =
            |seconds| Timestamp::from_second(seconds).map_err(|_| NotACertificate::Malformed);
        Ok(Self {
            der: der.into(),
            public_key,
            names: names(&parsed).into(),
            valid_from: time(parsed.validity().not_before.timestamp())?,
            valid_until: time(parsed.validity().not_after.timestamp())?,
        })
    }

    /// Reads the first certificate of a PEM text, as people upload it.
    pub fn from_pem(text: &str) -> Result<Self, NotACertificate> {
        if text.len() > 2 * LONGEST {
            return Err(NotACertificate::TooLong);
        }
        let (_, pem) = x509_parser::pem::parse_x509_pem(text.as_bytes())
            .map_err(|_| NotACertificate::Malformed)?;
        if pem.label != "CERTIFICATE" {
            return Err(NotACertificate::Malformed);
        }
        Self::from_der(&pem.contents)
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The `SubjectPublicKeyInfo` in DER: what selector 1 means, and what a handshake's signature is checked with.
    pub fn public_key(&self) -> &[u8] {
        &self.der[self.public_key.clone()]
    }

    /// Candidate names: subject alternative names of type DNS, then the subject's common name if it is a host name;
    /// without wildcards, each once, 32 at most. Whether any of them is the client's, only the DNS can tell.
    pub fn names(&self) -> &[HostName] {
        &self.names
    }

    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }

    /// The last moment at which it is valid.
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// The first record that means this certificate; several records are a roll-over, and any of them will do.
    pub fn matches<'a>(&self, records: &'a [Tlsa], usages: Usages) -> Option<&'a Tlsa> {
        records
            .iter()
            .filter(|record| usages.count(record.usage))
            .find(|record| record.matches(self))
    }
}

/// Where a slice of `whole` lies in it.
fn position(whole: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let range = start..start.checked_add(part.len())?;
    (whole.get(range.clone())? == part && !part.is_empty()).then_some(range)
}

fn names(certificate: &X509Certificate<'_>) -> Vec<HostName> {
    let alternatives = certificate
        .iter_extensions()
        .filter(|extension| extension.oid == OID_X509_EXT_SUBJECT_ALT_NAME)
        .filter_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        })
        .flatten()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        });
    let common = certificate
        .subject()
        .iter_common_name()
        .filter_map(|name| name.as_str().ok());
    let mut found = Vec::new();
    for text in alternatives.chain(common) {
        let Ok(name) = text.parse::<HostName>() else {
            continue;
        };
        if !found.contains(&name) {
            found.push(name);
        }
        if found.len() == MOST_NAMES {
            break;
        }
    }
    found
}
