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
    fn codes_are_short_and_plain() {
        assert!("zone-access".parse::<ServiceCode>().is_ok());
        for wrong in ["", "DNS", "d ns", "dns'", &"a".repeat(32)] {
            assert!(wrong.parse::<ServiceCode>().is_err(), "{wrong}");
        }
    }
}
