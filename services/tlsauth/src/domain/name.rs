//! How TLDs, entries, grants and uploads are named.

use std::{fmt, str::FromStr};

use uuid::Uuid;

nsp_kit::id!(
    /// A registry lets a service provider work on a TLD.
    GrantId,
    "grants"
);
nsp_kit::id!(
    /// A bulk upload.
    UploadId,
    "uploads"
);

/// The version of a thing that a client has seen; `None` if it does not care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(pub Option<i64>);

impl FromStr for Etag {
    type Err = &'static str;

    fn from_str(etag: &str) -> Result<Self, Self::Err> {
        if etag.is_empty() {
            return Ok(Self(None));
        }
        etag.parse()
            .map(|version| Self(Some(version)))
            .map_err(|_| "is not one that this service gave out")
    }
}

/// The A-label of a TLD, in lower case. Whose it is, the accounts service has told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl FromStr for Label {
    type Err = &'static str;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        let label = label
            .strip_prefix('.')
            .unwrap_or(label)
            .to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (2..=63).contains(&label.len()) && label.bytes().all(allowed) {
            Ok(Self(label))
        } else {
            Err("must be the A-label of a TLD, such as xn--r8jz45g")
        }
    }
}

impl AsRef<str> for Label {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// `tlds/{tld}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TldName(pub Label);

impl FromStr for TldName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let label = name.strip_prefix("tlds/");
        label
            .ok_or("must have the form tlds/{tld}")?
            .parse()
            .map(Self)
    }
}

/// `tlds/{tld}/tlsClients/{tls_client}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TlsClientName {
    pub tld: Label,
    pub id: Uuid,
}

impl fmt::Display for TlsClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tlds/{}/tlsClients/{}", self.tld.as_ref(), self.id)
    }
}

impl FromStr for TlsClientName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parts = name
            .strip_prefix("tlds/")
            .and_then(|rest| rest.split_once("/tlsClients/"));
        let parsed =
            parts.and_then(|(tld, id)| Some((tld.parse().ok()?, id.parse::<Uuid>().ok()?)));
        parsed
            .map(|(tld, id)| Self { tld, id })
            .ok_or("must have the form tlds/{tld}/tlsClients/{tls_client}")
    }
}

/// `uploads/{upload}/consents/{consent}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentName {
    pub upload: UploadId,
    pub id: Uuid,
}

impl fmt::Display for ConsentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/consents/{}", self.upload, self.id)
    }
}

impl FromStr for ConsentName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parsed = name
            .split_once("/consents/")
            .and_then(|(upload, id)| Some((upload.parse().ok()?, id.parse().ok()?)));
        parsed
            .map(|(upload, id)| Self { upload, id })
            .ok_or("must have the form uploads/{upload}/consents/{consent}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let name = TlsClientName {
            tld: "xn--r8jz45g".parse().unwrap(),
            id: Uuid::nil(),
        };
        assert_eq!(name.to_string().parse(), Ok(name.clone()));
        let consent = ConsentName {
            upload: UploadId(Uuid::nil()),
            id: Uuid::max(),
        };
        assert_eq!(consent.to_string().parse(), Ok(consent));
        for wrong in ["", "tlds/one", "tlds/one/tlsClients/1", "uploads/1"] {
            assert!(wrong.parse::<TlsClientName>().is_err(), "{wrong}");
            assert!(wrong.parse::<ConsentName>().is_err(), "{wrong}");
        }
    }
}
