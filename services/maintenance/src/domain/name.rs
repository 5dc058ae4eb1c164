//! How windows, TLDs and services are named.

use std::str::FromStr;

nsp_kit::id!(
    /// A maintenance window.
    WindowId,
    "windows"
);
nsp_kit::id!(
    /// An iCalendar feed.
    FeedId,
    "feeds"
);

/// The version of a window that a client has seen; `None` if it does not care.
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

/// The code of a service, such as `dns`. Whether there is such a service, the catalogue says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceCode(String);

impl FromStr for ServiceCode {
    type Err = &'static str;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if (1..=31).contains(&code.len()) && code.bytes().all(allowed) {
            Ok(Self(code.to_owned()))
        } else {
            Err("must be the code of a service, such as dns")
        }
    }
}

impl AsRef<str> for ServiceCode {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_lower_case_without_dot() {
        let label: Label = ".XN--R8JZ45G".parse().unwrap();
        assert_eq!(label.as_ref(), "xn--r8jz45g");
        for wrong in ["", "a", "ex ample", "例え", "x_y"] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn codes_are_short_and_plain() {
        assert!("zone-access".parse::<ServiceCode>().is_ok());
        for wrong in ["", "DNS", "d ns", "dns'", &"a".repeat(32)] {
            assert!(wrong.parse::<ServiceCode>().is_err(), "{wrong}");
        }
    }
}
