//! The public keys that tokens are verified with, fetched from identity and kept.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::TokenError;

/// An unknown key id makes us ask identity again, but not more often than this: anyone can invent key ids.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
const REFRESH: Duration = Duration::from_mins(1);

/// A key as identity publishes it.
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    /// The `kid` of tokens.
    pub id: String,
    /// Ed25519, 32 bytes.
    pub public_key: Vec<u8>,
}

type Fetch = dyn Fn() -> BoxFuture<'static, anyhow::Result<Vec<VerifyingKey>>> + Send + Sync;

/// The keys in use. Clones share what was fetched.
#[derive(Clone)]
pub struct Keys {
    fetch: Arc<Fetch>,
    known: Arc<RwLock<HashMap<String, VerifyingKey>>>,
    last: Arc<Mutex<Option<Instant>>>,
}

impl Keys {
    /// Keys that `fetch` gets: all of those that may have signed a token that is still good.
    pub fn new<F>(fetch: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, anyhow::Result<Vec<VerifyingKey>>> + Send + Sync + 'static,
    {
        Self {
            fetch: Arc::new(fetch),
            known: Arc::default(),
            last: Arc::default(),
        }
    }

    /// The key with this id; asks identity when it is not known yet.
    pub(super) async fn find(&self, id: &str) -> Result<VerifyingKey, TokenError> {
        if let Some(key) = self.get(id) {
            return Ok(key);
        }
        let mut last = self.last.lock().await;
        // Whoever held the lock before may have brought it.
        if let Some(key) = self.get(id) {
            return Ok(key);
        }
        if last.is_some_and(|last| last.elapsed() < MIN_INTERVAL) {
            return Err(TokenError::UnknownKey);
        }
        self.fetch().await.map_err(|error| {
            tracing::warn!(?error, "the signing keys could not be fetched");
            TokenError::NoKeys
        })?;
        *last = Some(Instant::now());
        self.get(id).ok_or(TokenError::UnknownKey)
    }

    /// Whether there are any: without, every token is refused.
    pub fn are_known(&self) -> bool {
        !self.known().is_empty()
    }

    /// Fetches the keys again and again, so that a retired key is forgotten, for ever.
    pub async fn refresh(&self) -> anyhow::Result<()> {
        loop {
            if let Err(error) = self.fetch().await {
                tracing::warn!(
                    ?error,
                    "the signing keys could not be refreshed; the known ones stay"
                );
            }
            // The first one is made when identity first runs.
            let wait = if self.are_known() {
                REFRESH
            } else {
                MIN_INTERVAL
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn fetch(&self) -> anyhow::Result<()> {
        let keys = (self.fetch)().await?;
        let keys = keys.into_iter().map(|key| (key.id.clone(), key)).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn get(&self, id: &str) -> Option<VerifyingKey> {
        self.known().get(id).cloned()
    }

    fn known(&self) -> RwLockReadGuard<'_, HashMap<String, VerifyingKey>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}
