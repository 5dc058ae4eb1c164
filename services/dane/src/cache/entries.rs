//! All that is known, in parts that are locked one at a time and only for moments.

use jiff::Timestamp;
use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::entry::{Entry, Limits};
use crate::HostName;

const SHARDS: usize = 16;

type Map = HashMap<HostName, Arc<Entry>>;

pub struct Entries {
    shards: [RwLock<Map>; SHARDS],
    hasher: RandomState,
    /// Of one shard.
    capacity: usize,
}

impl Entries {
    pub fn new(capacity: usize) -> Self {
        Self {
            shards: Default::default(),
            hasher: RandomState::new(),
            capacity: capacity.div_ceil(SHARDS).max(1),
        }
    }

    pub fn get(&self, name: &HostName) -> Option<Arc<Entry>> {
        read(self.shard(name)).get(name).cloned()
    }

    /// Keeps an entry; when there is no room, in place of what will be missed least.
    pub fn insert(&self, name: &HostName, entry: Entry, now: Timestamp) {
        let mut shard = write(self.shard(name));
        if shard.len() >= self.capacity && !shard.contains_key(name) {
            let least = shard
                .iter()
                .min_by_key(|(_, entry)| (!entry.is_over(now), entry.is_secure(), entry.used()))
                .map(|(name, _)| name.clone());
            if let Some(least) = least {
                shard.remove(&least);
            }
        }
        shard.insert(name.clone(), Arc::new(entry));
    }

    pub fn remove(&self, name: &HostName) {
        write(self.shard(name)).remove(name);
    }

    /// Drops what is over, and returns the names in use that should be asked for again.
    pub fn sweep(&self, now: Timestamp, limits: &Limits) -> Vec<HostName> {
        let mut due = Vec::new();
        for shard in &self.shards {
            let mut over = false;
            for (name, entry) in read(shard).iter() {
                if entry.is_in_use() && entry.is_due(now, limits) {
                    due.push(name.clone());
                } else {
                    over |= entry.is_over(now);
                }
            }
            if over {
                let keep = |entry: &Entry| !entry.is_over(now) || entry.is_in_use();
                write(shard).retain(|_, entry| keep(entry));
            }
        }
        due
    }

    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| read(shard).len()).sum()
    }

    fn shard(&self, name: &HostName) -> &RwLock<Map> {
        // The remainder is less than the number of shards, which fits.
        let index = self.hasher.hash_one(name.as_str()) % SHARDS as u64;
        &self.shards[usize::try_from(index).unwrap_or_default()]
    }
}

/// Nothing here panics half-way through a change.
fn read(shard: &RwLock<Map>) -> RwLockReadGuard<'_, Map> {
    shard.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(shard: &RwLock<Map>) -> RwLockWriteGuard<'_, Map> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}
