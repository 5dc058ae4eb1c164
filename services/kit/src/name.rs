//! What all services call by the same names: TLDs, and versions of things.

use std::str::FromStr;

use serde::Deserialize;

/// The A-label of a TLD, in lower case (RFC 5890). Whose it is, and that it exists, the accounts service knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Label(String);

impl FromStr for Label {
    type Err = &'static str;

    /// As people write it: with or without the dot, in any case.
    fn from_str(label: &str) -> Result<Self, Self::Err> {
        let label = label
            .strip_prefix('.')
            .unwrap_or(label)
            .to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let inside = !label.starts_with('-') && !label.ends_with('-');
        if (2..=63).contains(&label.len()) && label.bytes().all(allowed) && inside {
            Ok(Self(label))
        } else {
            Err("must be the A-label of a TLD, such as xn--r8jz45g")
        }
    }
}

impl TryFrom<String> for Label {
    type Error = &'static str;

    fn try_from(label: String) -> Result<Self, Self::Error> {
        label.parse()
    }
}

impl AsRef<str> for Label {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_lower_case_without_dot() {
        let label: Label = ".XN--R8JZ45G".parse().unwrap();
        assert_eq!(label.as_ref(), "xn--r8jz45g");
        for wrong in ["", "a", "ex ample", "例え", "x_y", "-ab", "ab-"] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
        assert!("a".repeat(63).parse::<Label>().is_ok());
        assert!("a".repeat(64).parse::<Label>().is_err());
    }

    #[test]
    fn an_etag_is_a_version_or_nothing() {
        assert_eq!("".parse(), Ok(Etag(None)));
        assert_eq!("7".parse(), Ok(Etag(Some(7))));
        assert!("7a".parse::<Etag>().is_err());
    }
}
