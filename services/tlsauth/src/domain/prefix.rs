//! IPv4 and IPv6 prefixes.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An address range such as `192.0.2.0/24`, without bits beyond its length. IPv4 sorts before IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    network: IpAddr,
    length: u8,
}

impl Prefix {
    /// How many bits are fixed.
    pub fn length(self) -> u8 {
        self.length
    }

    pub fn is_ipv4(self) -> bool {
        self.network.is_ipv4()
    }

    /// Whether the two have an address in common: then one lies within the other.
    pub fn overlaps(self, other: Self) -> bool {
        self.is_ipv4() == other.is_ipv4() && {
            let length = self.length.min(other.length);
            cut(self.network, length) == cut(other.network, length)
        }
    }
}

/// The address with every bit beyond `length` cleared.
fn cut(address: IpAddr, length: u8) -> IpAddr {
    let length = u32::from(length);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl FromStr for Prefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let wrong = "must be an address or a prefix, such as 192.0.2.0/24 or 2001:db8::/32";
        let address: IpAddr = address.parse().map_err(|_| wrong)?;
        if let IpAddr::V6(v6) = address
            && let Some(v4) = v6.to_ipv4_mapped()
        {
            return Err(format!("is an IPv4 address in IPv6 dress; write {v4}"));
        }
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            None => most,
            // Neither "+8" nor "08".
            Some(digits)
                if digits == "0"
                    || digits
                        .bytes()
                        .next()
                        .is_some_and(|b| (b'1'..=b'9').contains(&b)) =>
            {
                digits.parse().map_err(|_| wrong)?
            }
            Some(_) => return Err(wrong.to_owned()),
        };
        if length > most {
            return Err(format!("has a length of {length}; the most is {most}"));
        }
        let network = cut(address, length);
        if network != address {
            return Err(format!(
                "has bits beyond its length; write {network}/{length} for the range or {address}/{most} for the one address"
            ));
        }
        if address.is_multicast() {
            return Err("is multicast, from which nobody connects".to_owned());
        }
        Ok(Self { network, length })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    #[test]
    fn prefixes_are_kept_in_one_form() {
        for (text, kept) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            (" 192.0.2.7 ", "192.0.2.7/32"),
            ("2001:DB8:0:0::/32", "2001:db8::/32"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(prefix(text).to_string(), kept);
        }
        for wrong in [
            "",
            "/24",
            "192.0.2.0/",
            "192.0.2.0/33",
            "192.0.2.0/+8",
            "192.0.2.0/024",
            "192.0.2.0/24/24",
            "192.0.2/24",
            "2001:db8::/129",
            "::ffff:192.0.2.1",
            "224.0.0.1",
            "example.net",
        ] {
            assert!(wrong.parse::<Prefix>().is_err(), "{wrong:?}");
        }
        let words = "192.0.2.5/24".parse::<Prefix>().unwrap_err();
        assert!(words.contains("192.0.2.0/24") && words.contains("192.0.2.5/32"));
    }

    #[test]
    fn ranges_overlap_within_their_family_only() {
        assert!(prefix("192.0.2.0/24").overlaps(prefix("192.0.2.128/25")));
        assert!(prefix("0.0.0.0/0").overlaps(prefix("192.0.2.1")));
        assert!(!prefix("192.0.2.0/25").overlaps(prefix("192.0.2.128/25")));
        assert!(!prefix("0.0.0.0/0").overlaps(prefix("::/0")));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bits: u128, length in 0_u8..=128) {
            let network = cut(Ipv6Addr::from_bits(bits).into(), length);
            let text = format!("{network}/{length}");
            if let Ok(prefix) = text.parse::<Prefix>() {
                prop_assert_eq!(prefix.to_string().parse(), Ok(prefix));
            }
        }

        #[test]
        fn two_overlap_if_they_have_an_address_in_common(a: u32, b: u32, i in 0_u8..=32, j in 0_u8..=32) {
            let make = |bits, length| Prefix { network: cut(Ipv4Addr::from_bits(bits).into(), length), length };
            let (a, b) = (make(a, i), make(b, j));
            let first_of = |p: Prefix| cut(p.network, p.length);
            let common = cut(first_of(b), a.length) == a.network || cut(first_of(a), b.length) == b.network;
            prop_assert_eq!(a.overlaps(b), common);
            prop_assert_eq!(a.overlaps(b), b.overlaps(a));
        }
    }
}
