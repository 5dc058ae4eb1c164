//! The section `[dane]` of the configuration of services that look TLSA records up.

use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::Usages;

/// Whom to ask, whom to trust, and for how long. [`Settings::default`] is what production should begin with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Recursive resolvers. They need not validate, and are not believed when they say that they did. None: those of
    /// `/etc/resolv.conf`.
    pub resolvers: Vec<SocketAddr>,
    /// DNSKEY records of the keys that everything is validated from, as in a zone file. None: the keys of the root zone
    /// that IANA published.
    pub trust_anchor: Option<PathBuf>,
    /// How long one name may take, with its aliases and all keys.
    pub timeout_ms: u64,
    /// Whether records of usage 1 (PKIX-EE) count as well as those of usage 3 (DANE-EE). Like those they are compared,
    /// and no certificate authority is asked.
    pub allow_pkix_ee: bool,
    /// For how long an answer with records counts, if its TTL is not shorter.
    pub max_ttl_seconds: u32,
    /// For how long any other answer counts. It is asked for again earlier if that is the zone's wish.
    pub max_negative_ttl_seconds: u32,
    /// For how long records that were good count when the DNS does not answer any more.
    pub max_stale_seconds: u32,
    /// How soon to try again when the DNS did not answer.
    pub retry_seconds: u32,
    /// How many names are kept.
    pub capacity: usize,
    /// How many names are looked up at the same time.
    pub max_lookups: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            resolvers: Vec::new(),
            trust_anchor: None,
            timeout_ms: 5_000,
            allow_pkix_ee: false,
            max_ttl_seconds: 300,
            max_negative_ttl_seconds: 60,
            max_stale_seconds: 86_400,
            retry_seconds: 5,
            capacity: 50_000,
            max_lookups: 64,
        }
    }
}

impl Settings {
    /// Which usages count.
    pub fn usages(&self) -> Usages {
        if self.allow_pkix_ee {
            Usages::PkixEeToo
        } else {
            Usages::DaneEe
        }
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}
