//! Host names at which TLSA records are.

use std::{fmt, str::FromStr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// A host name: its A-labels in lower case, without the dot at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

impl FromStr for HostName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.is_empty() {
            return Err("must not be empty");
        }
        if name.contains('*') {
            return Err("must be one host: wildcards let in whoever gets a name below");
        }
        if name.contains('_') {
            return Err("must be the host's plain name, without labels such as _443._tcp");
        }
        if name.len() > 1_000 {
            return Err("must not exceed 253 characters");
        }
        let ascii = Uts46::new()
            .to_ascii(
                name.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .map_err(|_| "must be a host name, such as rri-client.example.net")?;
        let Some((_, last)) = ascii.rsplit_once('.') else {
            return Err("must have at least two labels, such as rri-client.example");
        };
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("must be a name, not an address");
        }
        Ok(Self(ascii.into_owned()))
    }
}

impl AsRef<str> for HostName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_a_labels() {
        let name = |text: &str| text.parse::<HostName>().map(|name| name.0);
        assert_eq!(name(" RRI.Example.NET. ").unwrap(), "rri.example.net");
        assert_eq!(name("bücher.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(name("r3---sn.example").unwrap(), "r3---sn.example");
        for wrong in [
            "",
            ".",
            "*",
            "*.example.net",
            "example",
            "_25._tcp.example.net",
            "192.0.2.1",
            "2001:db8::1",
            "a b.example",
            "a..example",
            "-a.example",
            "xn--a.example",
            "https://example.net",
            &format!("{}.example", "a".repeat(64)),
            &format!("{}example", "a.".repeat(130)),
        ] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}
