//! Answers from memory: fresh ones at once, expired ones asked for again, good ones kept when nobody answers.

use jiff::Timestamp;
use nsp_kit::clock::Clock;
use std::{convert::Infallible, marker::PhantomData, sync::Arc};

use crate::{Answer, HostName, Lookup, Resolver, Settings};

/// What is known about names. Cloning it shares it.
pub struct Cache<L: Lookup = Resolver> {
    lookup: PhantomData<L>,
}

/// An answer, and how much it is worth.
#[derive(Debug, Clone)]
pub struct Held {
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
        let _ = (lookup, settings, clock);
        todo!("next commit")
    }

    /// What is known now, without asking anybody or waiting. `None`: [`Cache::get`] would ask.
    pub fn known(&self, name: &HostName) -> Option<Held> {
        let _ = name;
        todo!("next commit")
    }

    /// What is known, or else what the DNS says. All who ask for a name at the same time share one lookup, which goes on
    /// when they stop waiting.
    ///
    /// When the DNS does not answer, records that were good before count for as long as the settings say.
    pub async fn get(&self, name: &HostName) -> Held {
        let _ = name;
        todo!("next commit")
    }

    /// Asks again for names that are in use, shortly before their answers expire, for ever. Run it beside the service.
    pub async fn refresh(&self) -> Infallible {
        todo!("next commit")
    }

    /// Forgets a name, so that the next to ask sees the present state of the DNS.
    pub fn forget(&self, name: &HostName) {
        let _ = name;
        todo!("next commit")
    }

    /// How many names are known.
    pub fn len(&self) -> usize {
        todo!("next commit")
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<L: Lookup> Clone for Cache<L> {
    fn clone(&self) -> Self {
        Self {
            lookup: PhantomData,
        }
    }
}
