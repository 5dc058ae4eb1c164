//! Following the policy in its JetStream key-value bucket, and how far it can still be trusted.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use arc_swap::ArcSwap;
use async_nats::jetstream::{
    self,
    kv::{Entry, Operation, Store, Watch},
};
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use nsp_kit::clock::Clock;
use nsp_proto::tlsauth::v1::TldPolicy;
use prost::Message;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::{Snapshot, Tld};

const RETRY: Duration = Duration::from_secs(1);
/// How often the server is asked whether we have seen everything.
const CHECK: Duration = Duration::from_secs(2);
/// Changes that arrive within this time become one new snapshot.
const COALESCE: Duration = Duration::from_millis(20);
/// Nothing that matters takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the policy cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It was never whole since the start.
    Missing,
    /// It could not be compared with the bucket for too long.
    Stale,
}

/// The policy as the edge has it. Clones share it.
#[derive(Debug, Clone)]
pub struct Policy {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    bucket: String,
    clock: Clock,
    stale_limit: SignedDuration,
    snapshot: ArcSwap<Snapshot>,
    /// When it was last known to be what the bucket has; never before the first time it was whole.
    in_step: Mutex<Option<Timestamp>>,
}

impl Policy {
    pub fn new(bucket: &str, stale_limit: SignedDuration, clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                bucket: bucket.to_owned(),
                clock,
                stale_limit,
                snapshot: ArcSwap::default(),
                in_step: Mutex::new(None),
            }),
        }
    }

    /// Whether it was ever whole since the start.
    pub fn was_whole(&self) -> bool {
        self.in_step().is_some()
    }

    /// The policy, if it can be trusted.
    pub fn usable(&self) -> Result<Arc<Snapshot>, Unusable> {
        let in_step = self.in_step().ok_or(Unusable::Missing)?;
        if self.shared.clock.now().duration_since(in_step) > self.shared.stale_limit {
            return Err(Unusable::Stale);
        }
        Ok(self.shared.snapshot.load_full())
    }

    /// Keeps up with the bucket, for ever. `changed` is told of every new snapshot.
    pub async fn follow<F: Future<Output = ()>>(
        &self,
        nats: &async_nats::Client,
        changed: impl Fn(Arc<Snapshot>) -> F,
    ) -> anyhow::Result<()> {
        let js = jetstream::new(nats.clone());
        let mut tlds = HashMap::new();
        loop {
            if let Err(error) = self.follow_until_lost(&js, &mut tlds, &changed).await {
                tracing::warn!(?error, "the policy cannot be followed; trying again");
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn follow_until_lost<F: Future<Output = ()>>(
        &self,
        js: &jetstream::Context,
        tlds: &mut HashMap<Box<str>, Arc<Tld>>,
        changed: &impl Fn(Arc<Snapshot>) -> F,
    ) -> anyhow::Result<()> {
        let store = js.get_key_value(&self.shared.bucket).await?;
        let mut place = Place::of(&store).await?;
        let mut watch = store.watch_with_history(">").await?;
        tracing::info!(entries = place.entries, "reading the policy");
        for _ in 0..place.entries {
            let entry = tokio::time::timeout(PATIENCE, watch.next()).await;
            let entry = entry.context("the bucket does not say all it has")?;
            let entry = entry.context("the bucket fell silent")??;
            place.seen = place.seen.max(entry.revision);
            let last = entry.delta == 0;
            apply(tlds, &entry);
            if last {
                break;
            }
        }
        // What the bucket counted beyond the last entry is what has been overwritten since.
        place.seen = place.seen.max(place.last);
        self.swap(tlds, changed).await;
        self.keep_step();
        self.stay(&store, place, &mut watch, tlds, changed).await
    }

    async fn stay<F: Future<Output = ()>>(
        &self,
        store: &Store,
        mut place: Place,
        watch: &mut Watch,
        tlds: &mut HashMap<Box<str>, Arc<Tld>>,
        changed: &impl Fn(Arc<Snapshot>) -> F,
    ) -> anyhow::Result<()> {
        let mut check = interval(CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut behind = None;
        loop {
            let entry = tokio::select! {
                entry = watch.next() => entry.context("the bucket fell silent")??,
                _ = check.tick() => {
                    // While NATS is away this fails, and the time since we were in step grows.
                    let Ok(now) = Place::of(store).await else { continue };
                    ensure!(now.made == place.made && now.last >= place.seen, "the bucket is a new one");
                    if now.last == place.seen {
                        self.keep_step();
                    } else if behind == Some((place.seen, now.last)) {
                        bail!("the watch does not bring what the bucket has");
                    }
                    behind = Some((place.seen, now.last));
                    continue;
                }
            };
            place.seen = place.seen.max(entry.revision);
            apply(tlds, &entry);
            let soon = Instant::now() + COALESCE;
            while let Ok(entry) = timeout_at(soon, watch.next()).await {
                let entry = entry.context("the bucket fell silent")??;
                place.seen = place.seen.max(entry.revision);
                apply(tlds, &entry);
            }
            self.swap(tlds, changed).await;
        }
    }

    async fn swap<F: Future<Output = ()>>(
        &self,
        tlds: &HashMap<Box<str>, Arc<Tld>>,
        changed: &impl Fn(Arc<Snapshot>) -> F,
    ) {
        let snapshot = Arc::new(Snapshot::new(tlds.clone()));
        #[expect(clippy::cast_precision_loss, reason = "a count for a gauge")]
        metrics::gauge!("nsp_access_policy_tlds").set(snapshot.count() as f64);
        self.shared.snapshot.store(Arc::clone(&snapshot));
        changed(snapshot).await;
    }

    fn keep_step(&self) {
        let now = self.shared.clock.now();
        let in_step = self.shared.in_step.lock();
        *in_step.unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    fn in_step(&self) -> Option<Timestamp> {
        *self
            .shared
            .in_step
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the bucket's stream stands.
struct Place {
    made: String,
    last: u64,
    entries: u64,
    seen: u64,
}

impl Place {
    async fn of(store: &Store) -> anyhow::Result<Self> {
        let mut stream = store.stream.clone();
        let info = tokio::time::timeout(PATIENCE, stream.info()).await??;
        Ok(Self {
            made: info.created.to_string(),
            last: info.state.last_sequence,
            entries: info.state.messages,
            seen: 0,
        })
    }
}

/// Takes an entry in if it is news. What a bucket that was lost does not have (yet) stays as it was.
fn apply(tlds: &mut HashMap<Box<str>, Arc<Tld>>, entry: &Entry) {
    match entry.operation {
        Operation::Delete | Operation::Purge => drop(tlds.remove(entry.key.as_str())),
        Operation::Put => {
            let policy = match TldPolicy::decode(entry.value.clone()) {
                Ok(policy) if policy.tld == entry.key => policy,
                _ => {
                    tracing::error!(
                        key = entry.key,
                        "an entry of the policy that cannot be read"
                    );
                    return;
                }
            };
            let known = tlds.get(entry.key.as_str());
            if known.is_none_or(|known| known.version < policy.version) {
                let tld = Arc::new(Tld::read(policy));
                tlds.insert(tld.label.clone(), tld);
            }
        }
    }
}
