//! What DANE says of names, as the edge asks for it: from memory first.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream};
use nsp_dane::{Answer, Cache, Certificate, Held, HostName, Lookup, Settings, Usages};
use nsp_kit::clock::Clock;

use crate::{decision::Proof, policy::Snapshot};

/// Names that are looked up at the same time when a new policy names them.
const WARMING: usize = 16;
/// Nobody waits longer for the DNS; the lookup goes on.
const PATIENCE: Duration = Duration::from_secs(6);

/// The cache, whoever is asked behind it.
trait Remembers: Send + Sync {
    fn known(&self, name: &HostName) -> Option<Held>;
    fn get<'c>(&'c self, name: &'c HostName) -> BoxFuture<'c, Held>;
    fn refresh(&self) -> BoxFuture<'_, ()>;
}

impl<L: Lookup> Remembers for Cache<L> {
    fn known(&self, name: &HostName) -> Option<Held> {
        self.known(name)
    }

    fn get<'c>(&'c self, name: &'c HostName) -> BoxFuture<'c, Held> {
        Box::pin(self.get(name))
    }

    fn refresh(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.refresh().await;
        })
    }
}

/// Whether names vouch for certificates. Clones share the memory.
#[derive(Clone)]
pub struct Vouching {
    cache: Arc<dyn Remembers>,
    usages: Usages,
}

impl Vouching {
    pub fn new<L: Lookup>(lookup: L, settings: &Settings, clock: Clock) -> Self {
        Self {
            cache: Arc::new(Cache::new(lookup, settings, clock)),
            usages: settings.usages(),
        }
    }

    /// What is remembered.
    pub fn proof(&self, name: &HostName, certificate: &Certificate) -> Proof {
        let Some(held) = self.cache.known(name) else {
            return Proof::Unknown;
        };
        if matches!(*held.answer, Answer::Unavailable(_)) {
            return Proof::Unknown;
        }
        let fitting = certificate.matches(held.answer.records(), self.usages);
        fitting.map_or(Proof::Fails, |_| Proof::Fits)
    }

    /// Asks about names that nothing is remembered of.
    pub async fn look_up(&self, names: &[HostName]) {
        let unknown = names.iter().filter(|name| self.cache.known(name).is_none());
        let lookups = unknown.map(|name| self.cache.get(name));
        let _ = tokio::time::timeout(PATIENCE, futures_util::future::join_all(lookups)).await;
    }

    /// Asks about the names of a new policy before their clients come.
    pub async fn warm(&self, policy: &Snapshot) {
        let names = policy.domain_names().filter_map(|name| name.parse().ok());
        let unknown: Vec<HostName> = names
            .filter(|name| self.cache.known(name).is_none())
            .collect();
        stream::iter(&unknown)
            .for_each_concurrent(WARMING, async |name| {
                self.cache.get(name).await;
            })
            .await;
    }

    /// Keeps what is in use fresh, for ever.
    pub async fn refresh(&self) -> anyhow::Result<()> {
        self.cache.refresh().await;
        Ok(())
    }
}
