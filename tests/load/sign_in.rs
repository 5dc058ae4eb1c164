//! Sign-ins, password and second factor, against nothing but the hash of the password on the same cores.

use std::{
    thread,
    time::{Duration, Instant},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use nsp_kit::{client::Channel, clock::Clock};
use tokio::task::JoinSet;

use crate::{
    figures::{heading, row},
    stack::{Stack, sign_in},
};

/// Each person can sign in once in the thirty seconds of a code.
const WAVES: u32 = 4;
const STEP: u64 = 30;

pub async fn measure(stack: &Stack) -> anyhow::Result<()> {
    heading("sign-in");
    let mut took = Duration::ZERO;
    // One connection, as the gateway has; its handshake is no part of a sign-in.
    let identity = stack.connect("identity")?;
    warm(&identity).await?;
    for _ in 0..WAVES {
        took += wave(stack, &identity).await?;
    }
    let people = u32::try_from(stack.people.totp.len())?;
    let sign_ins = f64::from(WAVES * people) / took.as_secs_f64();
    let hashes = bare_hashes()?;
    row(
        &format!("sign-ins a second, {people} people at once"),
        &format!("{sign_ins:.1}"),
        "",
    );
    row(
        "bare argon2id a second, same parameters",
        &format!("{hashes:.1}"),
        "",
    );
    row("ratio", &format!("{:.2}", sign_ins / hashes), "≥ 0.9");
    Ok(())
}

/// Opens the connection, with a sign-in that nobody is behind.
async fn warm(identity: &Channel) -> anyhow::Result<()> {
    let seed = "GEZDGNBVGY3TQOJQ";
    let refused = sign_in(identity, "nobody@example.com", "no such person", seed).await;
    anyhow::ensure!(refused.is_err(), "nobody could sign in");
    Ok(())
}

/// Everybody once, at once, with a code that nobody has used.
async fn wave(stack: &Stack, identity: &Channel) -> anyhow::Result<Duration> {
    next_step().await;
    let mut people = JoinSet::new();
    let began = Instant::now();
    for (email, seed) in stack.people.totp.clone() {
        let (identity, password) = (identity.clone(), stack.people.password.clone());
        people.spawn(async move { sign_in(&identity, &email, &password, &seed).await });
    }
    while let Some(done) = people.join_next().await {
        done??;
    }
    Ok(began.elapsed())
}

/// The moment after which everybody has a code that nobody has used.
pub async fn next_step() {
    let now = Clock::system().now();
    let into = u64::try_from(now.as_millisecond()).unwrap_or_default() % (STEP * 1000);
    tokio::time::sleep(Duration::from_millis(STEP * 1000 - into + 50)).await;
}

/// As many at once as there are cores, for five seconds.
fn bare_hashes() -> anyhow::Result<f64> {
    // The defaults of identity's `config.toml`, which the stack runs with.
    let params = Params::new(19_456, 2, 1, None)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon.hash_password(b"correct horse battery staple")?;
    let cores = thread::available_parallelism()?.get();
    let began = Instant::now();
    let counted = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut count = 0_u32;
                    while began.elapsed() < Duration::from_secs(5) {
                        let right = argon.verify_password(b"correct horse battery staple", &hash);
                        count += u32::from(right.is_ok());
                    }
                    count
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_default())
            .sum::<u32>()
    });
    Ok(f64::from(counted) / began.elapsed().as_secs_f64())
}
