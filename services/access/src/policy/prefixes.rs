//! Which addresses a list of prefixes covers, answered by binary search.

use std::{net::IpAddr, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error};

/// An address, or all that begin with the same bits: `192.0.2.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    first: IpAddr,
    last: IpAddr,
}

impl FromStr for Prefix {
    type Err = &'static str;

    /// Bits beyond the prefix are ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let problem = "must be an address or a network such as 192.0.2.0/24";
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| problem)?)),
            None => (text, None),
        };
        match address.parse().map_err(|_| problem)? {
            IpAddr::V4(address) => {
                let host = host_bits(length, 32).ok_or(problem)?;
                let host = u32::MAX.checked_shr(32 - host).unwrap_or(0);
                Ok(Self {
                    first: IpAddr::V4((address.to_bits() & !host).into()),
                    last: IpAddr::V4((address.to_bits() | host).into()),
                })
            }
            IpAddr::V6(address) => {
                let host = host_bits(length, 128).ok_or(problem)?;
                let host = u128::MAX.checked_shr(128 - host).unwrap_or(0);
                Ok(Self {
                    first: IpAddr::V6((address.to_bits() & !host).into()),
                    last: IpAddr::V6((address.to_bits() | host).into()),
                })
            }
        }
    }
}

fn host_bits(length: Option<u32>, all: u32) -> Option<u32> {
    all.checked_sub(length.unwrap_or(all))
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A set of addresses, made of prefixes. What several prefixes share is kept once, so that whether the longest or any
/// other of them covers an address is the same question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefixes {
    v4: Box<[(u32, u32)]>,
    v6: Box<[(u128, u128)]>,
}

impl Prefixes {
    pub fn new(prefixes: impl IntoIterator<Item = Prefix>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for prefix in prefixes {
            match (prefix.first, prefix.last) {
                (IpAddr::V4(first), IpAddr::V4(last)) => v4.push((first.to_bits(), last.to_bits())),
                (IpAddr::V6(first), IpAddr::V6(last)) => v6.push((first.to_bits(), last.to_bits())),
                _ => {}
            }
        }
        Self {
            v4: disjoint(v4),
            v6: disjoint(v6),
        }
    }

    /// Whether the set covers an address. One that IPv6 writes for an IPv4 address is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => within(&self.v4, address.to_bits()),
            IpAddr::V6(address) => within(&self.v6, address.to_bits()),
        }
    }
}

/// Prefixes contain each other or share nothing, so that of two that share something the later one can go.
fn disjoint<N: Ord + Copy>(mut ranges: Vec<(N, N)>) -> Box<[(N, N)]> {
    ranges.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    ranges.dedup_by(|later, earlier| later.0 <= earlier.1);
    ranges.into()
}

fn within<N: Ord + Copy>(ranges: &[(N, N)], address: N) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= address);
    after
        .checked_sub(1)
        .is_some_and(|index| address <= ranges[index].1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(prefixes: &[&str]) -> Prefixes {
        Prefixes::new(prefixes.iter().map(|prefix| prefix.parse().unwrap()))
    }

    #[test]
    fn the_edges_of_a_prefix_belong_to_it() {
        let set = set(&["192.0.2.0/25", "2001:db8::/127", "198.51.100.7"]);
        for (address, inside) in [
            ("192.0.1.255", false),
            ("192.0.2.0", true),
            ("192.0.2.127", true),
            ("192.0.2.128", false),
            ("::ffff:192.0.2.1", true),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("2001:db8::1", true),
            ("2001:db8::2", false),
        ] {
            assert_eq!(set.contains(address.parse().unwrap()), inside, "{address}");
        }
    }

    #[test]
    fn nothing_covers_nothing_and_everything_everything() {
        assert!(!set(&[]).contains("192.0.2.1".parse().unwrap()));
        let all = set(&["0.0.0.0/0"]);
        assert!(all.contains("255.255.255.255".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        for text in [
            "",
            "192.0.2.0/33",
            "2001:db8::/129",
            "192.0.2/24",
            "a/8",
            "192.0.2.0/-1",
        ] {
            assert!(text.parse::<Prefix>().is_err(), "{text}");
        }
    }

    proptest! {
        /// Against the plain reading: some prefix shares its leading bits with the address.
        #[test]
        fn a_set_covers_what_one_of_its_prefixes_covers(
            prefixes in proptest::collection::vec((0_u32..64, 24_u32..=32), 0..20),
            address in 0_u32..64,
        ) {
            let address = (192_u32 << 24) | (address << 2);
            let prefixes: Vec<(u32, u32)> =
                prefixes.into_iter().map(|(bits, length)| ((192 << 24) | (bits << 2), length)).collect();
            let expected = prefixes.iter().any(|(network, length)| {
                let host = u32::MAX.checked_shr(*length).unwrap_or(0);
                network | host == address | host
            });
            let set = Prefixes::new(prefixes.iter().map(|(network, length)| {
                format!("{}/{length}", std::net::Ipv4Addr::from(*network)).parse().unwrap()
            }));
            prop_assert_eq!(set.contains(IpAddr::V4(address.into())), expected);
        }
    }
}
