//! Answers from memory: fresh ones at once, used ones asked for again before they expire, good ones kept when nobody answers.

mod entries;
mod entry;
mod flights;

use jiff::{SignedDuration, Timestamp};
use nsp_kit::clock::Clock;
use std::{convert::Infallible, sync::Arc};
use tokio::sync::Semaphore;

use self::{
    entries::Entries,
    entry::{Entry, Limits},
    flights::Flights,
};
use crate::{Answer, HostName, Lookup, Resolver, Settings};

/// How often the cache looks what will expire soon.
const LOOK: SignedDuration = SignedDuration::from_secs(1);

/// What is known about names. Cloning it shares it.
pub struct Cache<L: Lookup = Resolver>(Arc<Inner<L>>);

struct Inner<L> {
    lookup: L,
    clock: Clock,
    limits: Limits,
    entries: Entries,
    flights: Flights,
    permits: Semaphore,
}

/// An answer, and how much it is worth.
#[derive(Debug, Clone)]
pub struct Held {
    /// The same as long as nothing was asked again, so that what follows from it can be remembered beside it.
    pub answer: Arc<Answer>,
    pub freshness: Freshness,
}

/// Whether an answer's time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// It expired at this time, and the DNS does not answer.
    Stale(Timestamp),
}

impl<L: Lookup> Cache<L> {
    /// An empty cache.
    pub fn new(lookup: L, settings: &Settings, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            lookup,
            clock,
            limits: Limits::new(settings),
            entries: Entries::new(settings.capacity),
            flights: Flights::default(),
            permits: Semaphore::new(settings.max_lookups.max(1)),
        }))
    }

    /// What is known now, without asking anybody or waiting. `None`: [`Cache::get`] would ask and wait.
    pub fn known(&self, name: &HostName) -> Option<Held> {
        self.0.known(name, self.0.clock.now())
    }

    /// What is known, or else what the DNS says. All who ask for a name at the same time share one lookup, which goes on
    /// when they stop waiting.
    ///
    /// When the DNS does not answer, records that were good before count for as long as the settings say. Only the first
    /// to ask then waits for it in vain.
    pub async fn get(&self, name: &HostName) -> Held {
        let now = self.0.clock.now();
        if let Some(entry) = self.0.entries.get(name) {
            entry.touch(now);
            if let Some(held) = entry.held(now) {
                if entry.is_due(now, &self.0.limits) && entry.is_stale(now) {
                    drop(self.lookup(name));
                }
                return held;
            }
        }
        self.lookup(name).wait().await
    }

    /// Asks again for names that are in use, shortly before their answers expire, for ever. Run it beside the service.
    pub async fn refresh(&self) -> Infallible {
        loop {
            let now = self.0.clock.now();
            for name in self.0.entries.sweep(now, &self.0.limits) {
                drop(self.lookup(&name));
            }
            self.0.clock.reaches(now + LOOK).await;
        }
    }

    /// Forgets a name, so that the next to ask sees the present state of the DNS.
    pub fn forget(&self, name: &HostName) {
        self.0.entries.remove(name);
    }

    /// How many names are known.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Joins the lookup of this name that is on its way, or starts one.
    fn lookup(&self, name: &HostName) -> flights::Passenger {
        let inner = &self.0;
        // Whoever took off before us may have landed since we looked.
        let landed = || {
            let now = inner.clock.now();
            let entry = inner.entries.get(name)?;
            let held = entry.held(now)?;
            (!entry.is_due(now, &inner.limits)).then_some(held)
        };
        inner.flights.board(name, landed, |flight| {
            let inner = Arc::clone(inner);
            let name = name.clone();
            tokio::spawn(async move {
                // Never closed.
                let _permit = inner.permits.acquire().await;
                let answer = inner.lookup.tlsa(&name).await;
                metrics::counter!("nsp_dane_lookups", "answer" => answer.as_str()).increment(1);
                let held = inner.land(&name, answer);
                flight.land(held);
            });
        })
    }
}

impl<L> Inner<L> {
    fn known(&self, name: &HostName, now: Timestamp) -> Option<Held> {
        let entry = self.entries.get(name)?;
        entry.touch(now);
        entry.held(now)
    }

    /// Takes note of an answer, and says what counts from now on.
    fn land(&self, name: &HostName, answer: Answer) -> Held {
        let now = self.clock.now();
        if let Answer::Unavailable(why) = &answer {
            tracing::warn!(%name, why, "TLSA records cannot be looked up");
            // Names in use are asked for before they expire; until then what is known is as good as it was.
            if let Some(entry) = self.entries.get(name)
                && let Some(held) = entry.failed(now)
            {
                return held;
            }
        }
        let entry = Entry::new(answer, now, &self.limits);
        let held = Held {
            answer: Arc::clone(entry.answer()),
            freshness: Freshness::Fresh,
        };
        self.entries.insert(name, entry, now);
        held
    }
}

impl<L: Lookup> Clone for Cache<L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
