//! How often one address may try to sign in, and whose address that is.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, request::Parts};
use nsp_kit::{prefix::household, rate::RateLimit};
use serde::{Deserialize, Deserializer, de::Error};

use crate::{app::App, errors::PageError};

/// A whole office may sit behind one address; identity slows down guesses at one password.
const SIGN_IN_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("60 is not 0");
/// Calendar programs of a whole office ask a few times an hour each; guessing a secret takes for ever anyway.
const FEED_BURST: NonZeroU32 = NonZeroU32::new(120).expect("120 is not 0");
const FEED_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("60 is not 0");
/// The limits of this gateway.
pub struct Limits {
    sign_in: RateLimit<IpAddr>,
    passkey_question: RateLimit<IpAddr>,
    feed: RateLimit<IpAddr>,
}

impl Limits {
    pub fn new() -> Self {
        Self {
            sign_in: RateLimit::per_minute(SIGN_IN_PER_MINUTE),
            passkey_question: RateLimit::per_minute(SIGN_IN_PER_MINUTE),
            feed: RateLimit::with_burst(FEED_PER_MINUTE, FEED_BURST),
        }
    }

    /// One more step of a sign-in from this address, or how long to wait.
    pub fn sign_in(&self, address: ClientAddress) -> Result<(), PageError> {
        once_more(&self.sign_in, address)
    }

    /// One more question that a passkey could answer, or how long to wait. Each look at the sign-in page asks one, and
    /// nobody guesses anything by it, so that it takes nothing from those who sign in.
    pub fn passkey_question(&self, address: ClientAddress) -> Result<(), PageError> {
        once_more(&self.passkey_question, address)
    }

    /// One more look at a calendar feed from this address, or how long to wait.
    pub fn feed(&self, address: ClientAddress) -> Result<(), PageError> {
        once_more(&self.feed, address)
    }
}

fn once_more(limit: &RateLimit<IpAddr>, address: ClientAddress) -> Result<(), PageError> {
    limit
        .once(&household(address.0))
        .map_err(PageError::TooMany)
}

/// Where a request comes from: the peer, or whom a trusted proxy names.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip());
        let peer = peer.ok_or(PageError::Broken("the listener does not tell the peer"))?;
        Ok(Self(client(
            peer,
            &parts.headers,
            &app.portal.trusted_proxies,
        )))
    }
}

/// Reads `X-Forwarded-For` from its end as long as it was written by proxies we trust.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let trusts = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    let chain: Vec<_> = forwarded(headers).collect();
    for hop in chain.iter().rev() {
        if !trusts(client) {
            break;
        }
        let Some(address) = hop else { break };
        client = address.to_canonical();
    }
    client
}

/// The addresses of `Forwarded` (RFC 7239), else of `X-Forwarded-For`; `None` for what is no address.
fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let standard = headers.contains_key("forwarded");
    let name = if standard {
        "forwarded"
    } else {
        "x-forwarded-for"
    };
    let values = headers.get_all(name).iter();
    let elements = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    elements.map(move |element| {
        let node = if standard {
            let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| key.trim().eq_ignore_ascii_case("for"))?
                .1
        } else {
            element
        };
        let node = node.trim().trim_matches('"');
        let bare = node.trim_start_matches('[').split(']').next()?;
        node.parse::<SocketAddr>()
            .map(|socket| socket.ip())
            .or_else(|_| bare.parse())
            .ok()
    })
}

/// An address, or all that begin with the same bits: `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(ours), IpAddr::V4(other)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix))
                    .unwrap_or(0);
                ours.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(ours), IpAddr::V6(other)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix))
                    .unwrap_or(0);
                ours.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let problem = "must be an address or a network such as 10.0.0.0/8";
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| problem)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| problem)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        if prefix > bits {
            return Err(problem);
        }
        Ok(Self { address, prefix })
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// How long to wait, in whole seconds that `Retry-After` can say.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        let peer = "192.0.2.9".parse().unwrap();
        let headers = headers("x-forwarded-for", "198.51.100.1");
        assert_eq!(client(peer, &headers, &[]), peer);
        let trusted = ["192.0.2.0/24".parse().unwrap()];
        assert_eq!(client(peer, &headers, &trusted).to_string(), "198.51.100.1");
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let peer = "10.0.0.1".parse().unwrap();
        let spoofed = headers("x-forwarded-for", "127.0.0.1, 198.51.100.1, 10.0.0.2");
        assert_eq!(client(peer, &spoofed, &trusted).to_string(), "198.51.100.1");
        let standard = headers(
            "forwarded",
            "for=\"[2001:db8::1]:443\";proto=https, for=10.9.9.9",
        );
        assert_eq!(client(peer, &standard, &trusted).to_string(), "2001:db8::1");
    }

    #[test]
    fn each_address_has_a_limit_of_its_own_and_an_ipv6_network_of_64_bits_one() {
        let limits = Limits::new();
        let address = |text: &str| ClientAddress(text.parse().unwrap());
        for _ in 0..SIGN_IN_PER_MINUTE.get() {
            limits.passkey_question(address("2001:db8::1")).unwrap();
            limits.sign_in(address("2001:db8::1")).unwrap();
        }
        for refused in ["2001:db8::1", "2001:db8::ffff:1"] {
            let answer = limits.sign_in(address(refused));
            assert!(matches!(answer, Err(PageError::TooMany(_))), "{refused}");
        }
        for other in ["2001:db8:0:1::1", "198.51.100.1"] {
            assert!(limits.sign_in(address(other)).is_ok(), "{other}");
        }
    }

    #[test]
    fn networks_parse_or_say_what_they_should_be() {
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("proxy".parse::<Network>().is_err());
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("203.0.113.7".parse().unwrap()));
        let v6: Network = "2001:db8::/32".parse().unwrap();
        assert!(v6.contains("2001:db8:1::1".parse().unwrap()));
        assert!(!v6.contains("2001:db9::1".parse().unwrap()));
    }
}
