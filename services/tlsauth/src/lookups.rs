//! Asking the DNS for people and for the daily check: with a deadline, some at a time, and not too often for one account.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, join_all};
use nsp_dane::{Answer, Cache, Lookup, Settings};
use nsp_kit::{auth::Person, clock::Clock, rate::RateLimit};
use uuid::Uuid;

use crate::domain::HostName;

/// Domain names that one account, or one member of staff, may have looked up.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("60 is not 0");

/// Somebody who asks the DNS. Clones share the limits.
#[derive(Clone)]
pub struct Lookups(Arc<Inner>);

struct Inner {
    dns: Box<dyn Asks>,
    by_account: RateLimit<Uuid>,
}

/// A cache, whoever it asks.
trait Asks: Send + Sync {
    fn ask<'a>(&'a self, name: &'a nsp_dane::HostName) -> BoxFuture<'a, Answer>;
}

impl<L: Lookup> Asks for Cache<L> {
    fn ask<'a>(&'a self, name: &'a nsp_dane::HostName) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            // Whoever has just changed a record wants to see it. The cache is for those who ask at the same time.
            self.forget(name);
            Answer::clone(&self.get(name).await.answer)
        })
    }
}

impl Lookups {
    pub fn new<L: Lookup>(lookup: L, settings: &Settings, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            dns: Box::new(Cache::new(lookup, settings, clock)),
            by_account: RateLimit::per_minute(PER_MINUTE),
        }))
    }

    /// Whether `person` may have so many names looked up now, or how long to wait.
    pub fn allow(&self, person: &Person, names: usize) -> Result<(), Duration> {
        let key = person.account.map_or(person.user.0, |account| account.0);
        let names = u32::try_from(names).unwrap_or(u32::MAX);
        match NonZeroU32::new(names) {
            Some(names) => self.0.by_account.times(&key, names),
            None => Ok(()),
        }
    }

    /// What the DNS says of each name now. Whatever is not known after `patience` counts as not answered.
    pub async fn look(
        &self,
        names: impl IntoIterator<Item = HostName>,
        patience: Duration,
    ) -> HashMap<HostName, Answer> {
        let lookups = names.into_iter().map(async |name| {
            let answer = match name.as_ref().parse() {
                Ok(asked) => tokio::time::timeout(patience, self.0.dns.ask(&asked))
                    .await
                    .unwrap_or_else(|_| Answer::Unavailable("it took too long".to_owned())),
                Err(error) => Answer::Unavailable(format!("{name}: {error}")),
            };
            (name, answer)
        });
        join_all(lookups).await.into_iter().collect()
    }
}
