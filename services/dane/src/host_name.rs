//! Host names in the one form in which they are compared: A-labels, lower case, no dot at the end.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

/// A name that can have TLSA records: at least two labels of letters, digits and hyphens, no wildcard, no address.
///
/// Cloning it costs nothing, and a map of them can be asked with a `&str`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(Arc<str>);

/// Why a text is no host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a host name with at least two labels, such as rri.example.com, without wildcards")]
pub struct NotAHostName;

/// The longest name that fits into a DNS message, without its dots at both ends (RFC 1035, 2.3.4).
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;

impl HostName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = NotAHostName;

    /// Reads a name as A-labels or U-labels, in any case, with or without a dot at the end.
    fn from_str(text: &str) -> Result<Self, NotAHostName> {
        let text = text.strip_suffix('.').unwrap_or(text);
        // U-labels are shorter than their A-labels in characters, never four times longer in bytes.
        if text.is_empty() || text.len() > 4 * LONGEST {
            return Err(NotAHostName);
        }
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| NotAHostName)?;
        let mut labels = 0;
        let mut last = "";
        for label in ascii.split('.') {
            if !is_label(label) {
                return Err(NotAHostName);
            }
            labels += 1;
            last = label;
        }
        let is_address = last.bytes().all(|byte| byte.is_ascii_digit());
        if labels < 2 || ascii.len() > LONGEST || is_address {
            return Err(NotAHostName);
        }
        Ok(Self(ascii.into()))
    }
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for HostName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for HostName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        text.parse().ok().map(|name: HostName| name.to_string())
    }

    #[test]
    fn names_have_one_form() {
        for text in ["rri.example.com", "RRI.Example.COM", "rri.example.com."] {
            assert_eq!(read(text).as_deref(), Some("rri.example.com"));
        }
        assert_eq!(
            read("RRI.Bücher.Example").as_deref(),
            Some("rri.xn--bcher-kva.example")
        );
        assert_eq!(
            read("rri.XN--BCHER-KVA.example").as_deref(),
            Some("rri.xn--bcher-kva.example")
        );
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        let long = format!("{}.example", "a".repeat(64));
        let longer = format!("{}example", "abcdefghi.".repeat(25));
        for text in [
            "",
            ".",
            "..",
            "localhost",
            "*.example.com",
            "a..example",
            "a b.example",
            "_443._tcp.example.com",
            "-a.example",
            "a-.example",
            "192.0.2.1",
            "2001:db8::1",
            "John Doe",
            "mail@example.com",
            "a.example..",
            "a.example\0",
            &long,
            &longer,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            if let Ok(name) = text.parse::<HostName>() {
                prop_assert_eq!(name.as_str().parse::<HostName>(), Ok(name.clone()));
            }
        }
    }
}
