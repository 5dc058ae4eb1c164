//! Signing tokens with the key whose time it is, and publishing the keys they are verified with.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    auth::{Claims, Keys, Person, VerifyingKey, sign},
    clock::Clock,
    db::{Database, Tx},
    seal::Keyring,
};

use crate::{
    SERVICE,
    domain::rotation::{TOKEN_LIFETIME, is_over},
    error::Error,
    store::signing_keys::{self, SigningKey},
};

/// How long keys that were read are used. Much shorter than the time a new key is published before it signs.
const KEEP: SignedDuration = SignedDuration::from_mins(1);

/// Signs tokens. Clones share the keys that were read.
#[derive(Clone)]
pub struct Signer {
    keyring: Arc<Keyring>,
    read: Arc<RwLock<Option<Read>>>,
}

struct Read {
    at: Timestamp,
    keys: Vec<SigningKey>,
}

/// A token and its end.
pub struct Token {
    pub text: String,
    pub expire_time: Timestamp,
}

impl Signer {
    pub fn new(keyring: Arc<Keyring>) -> Self {
        Self {
            keyring,
            read: Arc::default(),
        }
    }

    /// A token for `person`, good for five minutes, but not beyond `end`.
    pub async fn token(
        &self,
        tx: &mut Tx,
        person: &Person,
        end: Timestamp,
    ) -> Result<Token, Error> {
        let now = tx.now();
        let key = match self.known(now) {
            Some(key) => key,
            None => self.read(tx).await?,
        };
        let expire_time = end.min(now + TOKEN_LIFETIME);
        let claims = Claims::new(person, now, expire_time);
        let private = self.keyring.open(&key.secret, key.id.as_bytes())?;
        Ok(Token {
            text: sign(&claims, &key.id, &private)?,
            expire_time,
        })
    }

    /// The key to sign with, if the keys were read lately.
    fn known(&self, now: Timestamp) -> Option<SigningKey> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        let read = read.as_ref().filter(|read| now < read.at + KEEP)?;
        current(&read.keys, now).cloned()
    }

    async fn read(&self, tx: &mut Tx) -> Result<SigningKey, Error> {
        let now = tx.now();
        let keys = signing_keys::list(tx).await?;
        let key = current(&keys, now).cloned().ok_or(Error::NoSigningKey)?;
        let read = Read { at: now, keys };
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(key)
    }
}

/// The newest key that has begun to sign.
fn current(keys: &[SigningKey], now: Timestamp) -> Option<&SigningKey> {
    let begun = keys.iter().filter(|key| key.not_before <= now);
    begun.max_by_key(|key| key.not_before)
}

/// Every key that may have signed a token that is still good, or will sign soon.
pub async fn published(tx: &mut Tx) -> sqlx::Result<Vec<SigningKey>> {
    let now = tx.now();
    let keys = signing_keys::list(tx).await?.into_iter();
    Ok(keys.filter(|key| !is_over(key.not_after, now)).collect())
}

/// The keys for our own authorization layer: those of our own database.
pub fn own_keys(db: Database, clock: Clock) -> Keys {
    Keys::new(move || {
        let (db, clock) = (db.clone(), clock.clone());
        Box::pin(async move {
            let mut tx = db.begin_as_service(SERVICE, clock.now()).await?;
            let keys = published(&mut tx).await?.into_iter();
            Ok(keys
                .map(|key| VerifyingKey {
                    id: key.id,
                    public_key: key.public_key,
                })
                .collect())
        })
    })
}
