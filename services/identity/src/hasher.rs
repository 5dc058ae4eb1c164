//! Hashing passwords: on threads of its own, as many at once as there are cores, with a queue that has an end.
//!
//! Argon2id is slow on purpose. Without the bound, a few hundred sign-ins at once would take all memory and every thread
//! from the requests of those who are signed in.

use std::{
    num::NonZero,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHasher, Version,
    password_hash::{
        self,
        phc::{Output, PasswordHash},
    },
};
use aws_lc_rs::rand;
use tokio::sync::Semaphore;

use crate::{config, domain::password::Password, error::Error};

const SALT: usize = 16;

/// Makes and checks password hashes. Clones share the bound.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    /// One for each hash that may be computed at once.
    turns: Arc<Semaphore>,
    /// One for each request that computes or waits.
    places: Arc<Semaphore>,
    memory: Arc<Memory>,
    /// What the password of an unknown address is compared with.
    nobody: Arc<str>,
}

/// What comparing a password with its hash found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, but hashed with parameters of before; this is the hash with those of today.
    RightButOld(String),
}

impl Hasher {
    /// A hasher with these parameters; wrong ones stop the start.
    pub fn new(config: &config::Passwords) -> anyhow::Result<Self> {
        let argon2 = argon2(config)?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let nobody = hash(&argon2, b"nobody has this password")
            .map_err(|error| anyhow::anyhow!("passwords: {error}"))?;
        Ok(Self {
            argon2,
            turns: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores + config.waiting)),
            memory: Arc::default(),
            nobody: nobody.into(),
        })
    }

    /// Hashes a new password as a PHC string.
    pub async fn hash(&self, password: &Password) -> Result<String, Error> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.in_turn(move |_| hash(&argon2, password.expose().as_bytes()))
            .await
    }

    /// Compares `password` with the hash kept for it. Without one, as for an unknown address, it takes the same time,
    /// and the password is wrong.
    pub async fn verify(&self, password: &Password, kept: Option<&str>) -> Result<Verdict, Error> {
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.in_turn(move |memory| {
            let verdict = verify(&argon2, memory, password.expose().as_bytes(), &kept)?;
            Ok(if known { verdict } else { Verdict::Wrong })
        })
        .await
    }

    /// Runs slow work when it is its turn; refuses it when too many wait already.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let places = Arc::clone(&self.places);
        let place = places.try_acquire_owned().map_err(|_| Error::Busy)?;
        let lease = Lease::of(&self.memory);
        let turns = Arc::clone(&self.turns);
        let turn = turns.acquire_owned().await.map_err(|_| Error::Stopping)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = lease.lend(work);
            // Held to here even when the request is gone: the thread is what is scarce.
            drop((place, turn));
            result
        });
        done.await.map_err(|_| Error::Stopping)?
    }
}

/// What hashes are computed in, 19 MiB each. The kernel hands such memory out page by page and clears it, which takes a sixth
/// of the time of a hash; so it goes from one hash to the next while any are wanted, and back to the kernel after the last.
#[derive(Default)]
struct Memory(Mutex<Lots>);

#[derive(Default)]
struct Lots {
    leases: usize,
    free: Vec<Vec<Block>>,
}

/// Somebody who wants a hash, now or when it is their turn.
struct Lease(Arc<Memory>);

impl Memory {
    fn lots(&self) -> MutexGuard<'_, Lots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    fn of(memory: &Arc<Memory>) -> Self {
        memory.lots().leases += 1;
        Self(Arc::clone(memory))
    }

    fn lend<T>(&self, work: impl FnOnce(&mut Vec<Block>) -> T) -> T {
        let mut lot = self.0.lots().free.pop().unwrap_or_default();
        let result = work(&mut lot);
        self.0.lots().free.push(lot);
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut lots = self.0.lots();
        lots.leases -= 1;
        if lots.leases == 0 {
            lots.free = Vec::new();
        }
    }
}

/// Hashes a password on this thread, for the demonstration data.
pub fn hash_now(config: &config::Passwords, password: &Password) -> anyhow::Result<String> {
    Ok(hash(&argon2(config)?, password.expose().as_bytes())?)
}

fn argon2(config: &config::Passwords) -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(
        config.memory_kib,
        config.iterations,
        config.parallelism,
        None,
    );
    let params = params.map_err(|error| anyhow::anyhow!("passwords: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, Error> {
    let mut salt = [0; SALT];
    rand::fill(&mut salt)?;
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password, &salt)
        .map_err(Error::Hash)?;
    Ok(hash.to_string())
}

fn verify(
    argon2: &Argon2<'_>,
    memory: &mut Vec<Block>,
    password: &[u8],
    kept: &str,
) -> Result<Verdict, Error> {
    let parsed = PasswordHash::new(kept)
        .map_err(password_hash::Error::from)
        .map_err(Error::Hash)?;
    if !fits(memory, password, &parsed).map_err(Error::Hash)? {
        Ok(Verdict::Wrong)
    } else if is_of_today(argon2, &parsed) {
        Ok(Verdict::Right)
    } else {
        Ok(Verdict::RightButOld(hash(argon2, password)?))
    }
}

/// Whether the password has this hash, whatever its parameters. As `PasswordVerifier` does it, which would not take memory.
fn fits(
    memory: &mut Vec<Block>,
    password: &[u8],
    kept: &PasswordHash,
) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&kept.salt, &kept.hash) else {
        return Ok(false);
    };
    let algorithm = Algorithm::try_from(kept.algorithm.as_str())?;
    let version = kept.version.map(Version::try_from).transpose()?;
    let params = Params::try_from(kept)?;
    memory.resize(params.block_count(), Block::new());
    let argon2 = Argon2::new(algorithm, version.unwrap_or_default(), params);
    let mut computed = [0; Output::MAX_LENGTH];
    let computed = &mut computed[..expected.len()];
    argon2.hash_password_into_with_memory(password, salt, &mut *computed, memory)?;
    // This comparison takes the same time wherever they differ.
    Ok(Output::new(computed)? == *expected)
}

/// Whether a hash was made as one would be made today.
fn is_of_today(argon2: &Argon2<'_>, kept: &PasswordHash) -> bool {
    let today = argon2.params();
    kept.algorithm == argon2::ARGON2ID_IDENT
        && kept.version == Some(Version::V0x13.into())
        && Params::try_from(kept).is_ok_and(|params| {
            params.m_cost() == today.m_cost()
                && params.t_cost() == today.t_cost()
                && params.p_cost() == today.p_cost()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(iterations: u32, waiting: usize) -> Hasher {
        Hasher::new(&config::Passwords {
            memory_kib: 64,
            iterations,
            parallelism: 1,
            waiting,
        })
        .unwrap()
    }

    fn password(text: &str) -> Password {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_hash_and_no_other_does() {
        let hasher = hasher(2, 8);
        let hash = hasher.hash(&password("orbit-mango-7")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{hash}");
        let right = hasher.verify(&password("orbit-mango-7"), Some(&hash)).await;
        assert_eq!(right.unwrap(), Verdict::Right);
        let wrong = hasher.verify(&password("orbit-mango-8"), Some(&hash)).await;
        assert_eq!(wrong.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn nobody_has_a_password() {
        let hasher = hasher(2, 8);
        let known = hasher
            .verify(&password("nobody has this password"), None)
            .await;
        assert_eq!(known.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_before_is_made_again() {
        let before = hasher(1, 8).hash(&password("orbit-mango-7")).await.unwrap();
        let today = hasher(2, 8);
        let verdict = today
            .verify(&password("orbit-mango-7"), Some(&before))
            .await;
        let Ok(Verdict::RightButOld(hash)) = verdict else {
            panic!("{verdict:?}");
        };
        let verdict = today.verify(&password("orbit-mango-7"), Some(&hash)).await;
        assert_eq!(verdict.unwrap(), Verdict::Right);
    }

    #[tokio::test]
    async fn memory_goes_from_hash_to_hash_and_back_after_the_last() {
        let hasher = hasher(2, 8);
        let hash = hasher.hash(&password("orbit-mango-7")).await.unwrap();
        let free = |hasher: &Hasher| hasher.memory.lots().free.len();
        let waiting = Lease::of(&hasher.memory);
        // What is left in it of one password is in no other's way.
        for (tried, verdict) in [
            ("orbit-mango-7", Verdict::Right),
            ("orbit-mango-8", Verdict::Wrong),
            ("orbit-mango-7", Verdict::Right),
        ] {
            let found = hasher.verify(&password(tried), Some(&hash)).await;
            assert_eq!(found.unwrap(), verdict);
            assert_eq!(free(&hasher), 1);
        }
        drop(waiting);
        assert_eq!(free(&hasher), 0);
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_sent_away() {
        let hasher = hasher(2, 0);
        let cores = std::thread::available_parallelism().unwrap().get();
        let cores = u32::try_from(cores).unwrap();
        let all = hasher
            .places
            .clone()
            .acquire_many_owned(cores)
            .await
            .unwrap();
        let refused = hasher.verify(&password("orbit-mango-7"), None).await;
        assert!(matches!(refused, Err(Error::Busy)));
        drop(all);
        assert!(
            hasher
                .verify(&password("orbit-mango-7"), None)
                .await
                .is_ok()
        );
    }
}
