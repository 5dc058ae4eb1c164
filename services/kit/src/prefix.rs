//! Prefixes of IPv4 and IPv6 addresses, as people write them into access lists.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

/// Addresses that begin alike, such as `192.0.2.0/24`. Sorted by address, a wider one before those within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

/// Why a text is no prefix, in words that stand beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    #[error("must be an IPv4 or IPv6 prefix, such as 192.0.2.0/24 or 2001:db8::/48")]
    Malformed,
    #[error("must have a length of at most {0}")]
    TooLong(u8),
    #[error("has bits set beyond its length; {0} has none")]
    BitsBeyond(Prefix),
}

impl Prefix {
    /// How many bits all of its addresses have in common.
    pub fn length(&self) -> u8 {
        self.length
    }

    /// Its first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether it covers every address of its family.
    pub fn is_everywhere(&self) -> bool {
        self.length == 0
    }

    /// Whether `address` is in it. An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.length) == Some(self.address)
    }

    /// Whether all of `other` is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.length <= other.length && self.contains(other.address)
    }

    /// Sorted, without those that are within another.
    pub fn tidy(mut prefixes: Vec<Self>) -> Vec<Self> {
        prefixes.sort_unstable();
        let mut kept: Vec<Self> = Vec::with_capacity(prefixes.len());
        for prefix in prefixes {
            // What covers it comes before it, and nothing else that is kept lies between.
            if !kept.last().is_some_and(|last| last.covers(&prefix)) {
                kept.push(prefix);
            }
        }
        kept
    }
}

/// `address` with all bits beyond `length` cleared; nothing if it has fewer.
fn masked(address: IpAddr, length: u8) -> Option<IpAddr> {
    let beyond = bits(address).checked_sub(length)?.into();
    Some(match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(beyond).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(beyond).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    })
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// An address without a length is a prefix of it alone.
impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let text = text.trim();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| PrefixError::Malformed)?;
        let most = bits(address);
        let length = match length {
            None => most,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse::<u16>()
                .ok()
                .filter(|_| digits == "0" || !digits.starts_with('0'))
                .ok_or(PrefixError::Malformed)
                .and_then(|length| {
                    let length = u8::try_from(length).ok();
                    length
                        .filter(|length| *length <= most)
                        .ok_or(PrefixError::TooLong(most))
                })?,
            Some(_) => return Err(PrefixError::Malformed),
        };
        let first = masked(address, length).ok_or(PrefixError::TooLong(most))?;
        let prefix = Self {
            address: first,
            length,
        };
        if first == address {
            Ok(prefix)
        } else {
            Err(PrefixError::BitsBeyond(prefix))
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

/// What limits count as one address: of IPv6, the network that one site has at least.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    #[test]
    fn prefixes_are_read_and_written() {
        for (text, expected) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            (" 192.0.2.1 ", "192.0.2.1/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0::/48", "2001:db8::/48"),
            ("::1", "::1/128"),
        ] {
            assert_eq!(prefix(text).to_string(), expected);
        }
        for wrong in [
            "",
            "/",
            "192.0.2.0/",
            "192.0.2.0/+24",
            "192.0.2.0/024",
            "192.0.2/24",
            "a.example",
            "1.2.3.4/24/1",
            "192.0.2.0/70000",
        ] {
            assert_eq!(
                wrong.parse::<Prefix>(),
                Err(PrefixError::Malformed),
                "{wrong}"
            );
        }
        assert_eq!(
            "192.0.2.0/33".parse::<Prefix>(),
            Err(PrefixError::TooLong(32))
        );
        assert_eq!("::/300".parse::<Prefix>(), Err(PrefixError::TooLong(128)));
        let hint = "192.0.2.7/24".parse::<Prefix>().unwrap_err();
        assert_eq!(
            hint.to_string(),
            "has bits set beyond its length; 192.0.2.0/24 has none"
        );
    }

    #[test]
    fn an_address_is_in_a_prefix_of_its_family() {
        for (text, address, expected) in [
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.0/24", "::ffff:192.0.2.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.9", false),
            ("2001:db8::/48", "2001:db8:0:ffff::", true),
            ("2001:db8::/48", "2001:db8:1::", false),
            ("::1", "::1", true),
        ] {
            assert_eq!(
                prefix(text).contains(address.parse().unwrap()),
                expected,
                "{text} {address}"
            );
        }
    }

    #[test]
    fn what_is_within_another_is_left_out() {
        let given = [
            "192.0.2.128/25",
            "10.0.0.0/8",
            "192.0.2.0/24",
            "10.0.0.0/8",
            "192.0.3.0/24",
            "::1",
        ];
        let tidy = Prefix::tidy(given.map(prefix).to_vec());
        assert_eq!(
            tidy,
            ["10.0.0.0/8", "192.0.2.0/24", "192.0.3.0/24", "::1"].map(prefix)
        );
    }

    #[test]
    fn tidying_changes_no_address() {
        use proptest::prelude::*;
        let address = (0..=255_u32).prop_map(|last| IpAddr::V4((0x0a00_0000 | last).into()));
        let any = (address.clone(), 22..=32_u8).prop_map(|(address, length)| Prefix {
            address: masked(address, length).unwrap(),
            length,
        });
        proptest!(|(prefixes in prop::collection::vec(any, 0..12), address in address)| {
            let tidy = Prefix::tidy(prefixes.clone());
            let covered = |all: &[Prefix]| all.iter().any(|one| one.contains(address));
            prop_assert_eq!(covered(&prefixes), covered(&tidy));
            prop_assert!(tidy.windows(2).all(|pair| !pair[0].covers(&pair[1])));
        });
    }
}
