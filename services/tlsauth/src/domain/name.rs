//! How TLDs, entries, grants and uploads are named.

use std::{fmt, str::FromStr};

use nsp_kit::name::Label;
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
