//! Asking the DNS for TLSA records, and following aliases.

use anyhow::{Context as _, ensure};
use hickory_resolver::{
    net::{
        dnssec::DnssecDnsHandle,
        xfer::{DnsHandle as _, FirstAnswer as _},
    },
    proto::{
        dnssec::TrustAnchors,
        op::{DnsRequestOptions, Query},
        rr::{Name, RecordType},
    },
};
use nsp_kit::clock::Clock;
use std::{future::Future, sync::Arc, time::Duration};

use crate::{
    Answer, Doubt, HostName, Records, Settings,
    reading::{self, Step},
    upstream::{self, Pool, Upstream},
};

/// How many aliases are followed.
const MOST_ALIASES: usize = 8;
/// Of one question; each is a key or a set of records on the way from the root.
const VALIDATIONS: usize = 256;

/// Somebody who can be asked: the [`Resolver`], or in tests of those who decide by the answers, a table.
pub trait Lookup: Send + Sync + 'static {
    /// The TLSA records at the name itself, through aliases.
    fn tlsa(&self, name: &HostName) -> impl Future<Output = Answer> + Send;
}

/// A validating resolver. It asks recursive resolvers for data and believes nobody: signatures are checked here, from
/// the trust anchor down. It remembers nothing; see [`crate::Cache`].
///
/// Aliases (CNAME) are followed, and each must be signed; whole renamed subtrees (DNAME) are not supported and count as
/// bogus. So do, with the validator as it is (hickory 0.26), names that a wildcard of an NSEC zone stands for when no other
/// name lies between the two: it wants a record that covers the wildcard, and the proof starts at it.
#[derive(Clone)]
pub struct Resolver {
    pool: Pool,
    anchors: Arc<TrustAnchors>,
    timeout: Duration,
}

impl Resolver {
    /// Reads the trust anchor, and `/etc/resolv.conf` unless the settings name resolvers.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let anchors = match &settings.trust_anchor {
            None => TrustAnchors::default(),
            Some(file) => TrustAnchors::from_file(file)
                .with_context(|| format!("the trust anchor {}", file.display()))?,
        };
        ensure!(
            !anchors.is_empty(),
            "the trust anchor has no key of the root zone"
        );
        Ok(Self {
            pool: upstream::pool(settings)?,
            anchors: Arc::new(anchors),
            timeout: settings.timeout(),
        })
    }

    async fn follow(&self, name: &HostName) -> Answer {
        let Ok(mut name) = Name::from_ascii(name.as_str()) else {
            return Answer::Unavailable(format!("{name} cannot be asked for"));
        };
        name.set_fqdn(true);
        let (mut shortest, mut secure, mut target) = (u32::MAX, true, None);
        for _ in 0..=MOST_ALIASES {
            match self.ask(name).await {
                Step::Alias(alias) => {
                    secure &= alias.secure;
                    shortest = shortest.min(alias.ttl);
                    target = Some(readable(&alias.to));
                    name = alias.to;
                }
                Step::Over(answer) => return at_the_end_of(shortest, secure, target, answer),
            }
        }
        Answer::Bogus(Doubt::TooManyAliases)
    }

    async fn ask(&self, name: Name) -> Step {
        let upstream = Upstream::new(self.pool.clone());
        // Made for this question, so that what it calls bogus and what failed on the way belong together.
        let validator = DnssecDnsHandle::with_trust_anchor(upstream.clone(), self.anchors.clone())
            .validation_cache_size(VALIDATIONS);
        let mut options = DnsRequestOptions::default();
        options.edns_set_dnssec_ok = true;
        let query = Query::query(name.clone(), RecordType::TLSA);
        let result = validator.lookup(query, options).first_answer().await;
        let now = Clock::system().now();
        match (reading::step(&name, result, now), upstream.failure()) {
            (Step::Over(Answer::Bogus(_)), Some(failure)) => {
                Step::Over(Answer::Unavailable(failure.to_string()))
            }
            (step, _) => step,
        }
    }
}

impl Lookup for Resolver {
    async fn tlsa(&self, name: &HostName) -> Answer {
        let answer = tokio::time::timeout(self.timeout, self.follow(name)).await;
        answer.unwrap_or_else(|_| {
            let limit = self.timeout.as_millis();
            Answer::Unavailable(format!("the DNS did not answer within {limit} ms"))
        })
    }
}

/// A name as people write it.
fn readable(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    text.trim_end_matches('.').to_owned()
}

/// What an answer is worth behind aliases: no more than the least of them, and no longer.
fn at_the_end_of(shortest: u32, secure: bool, target: Option<String>, answer: Answer) -> Answer {
    match answer {
        Answer::Secure(found) if secure => Answer::Secure(Records {
            ttl: found.ttl.min(shortest),
            alias_of: target,
            ..found
        }),
        Answer::Secure(found) => Answer::Insecure(found.records),
        Answer::NoName { ttl } if secure => Answer::NoName {
            ttl: ttl.min(shortest),
        },
        Answer::NoRecord { ttl } if secure => Answer::NoRecord {
            ttl: ttl.min(shortest),
        },
        Answer::NoName { .. } | Answer::NoRecord { .. } => Answer::Insecure(Vec::new()),
        other => other,
    }
}
