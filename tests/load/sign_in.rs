//! Sign-ins, password and second factor, against nothing but the hash of the password on the same cores.

use std::{
    env, thread,
    time::{Duration, Instant},
};

use anyhow::Context;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use nsp_kit::{client::Channel, clock::Clock};
use tokio::task::JoinSet;

use crate::{
    figures::{heading, row},
    processors::Divided,
    stack::{Stack, sign_in},
};

/// Each person can sign in once in the thirty seconds of a code.
const WAVES: u32 = 3;
const STEP: u64 = 30;

/// Half of those who may wait for their turn in identity: nobody is sent away.
const AT_ONCE: usize = 32;

pub async fn measure(stack: &Stack) -> anyhow::Result<()> {
    heading("sign-in");
    // One connection, as the gateway has; its handshake is no part of a sign-in.
    let identity = stack.connect("identity")?;
    warm(&identity).await?;
    let process = env::var("NSP_IDENTITY_PROCESS").context("NSP_IDENTITY_PROCESS is not set")?;

    let identity_only = [process.parse()?];
    let apart = rates(stack, &identity, Some(&identity_only)).await?;
    compare(
        "where identity has half of the processors to itself",
        &apart,
        "≥ 0.9",
    );
    let shared = rates(stack, &identity, None).await?;
    compare("on all processors, with everything else", &shared, "");
    Ok(())
}

/// Of one second.
struct Rates {
    sign_ins: f64,
    hashes: f64,
}

/// Signs everybody in, and computes bare hashes before and after on the same processors: those of `alone` if somebody shall
/// have some to themselves.
async fn rates(stack: &Stack, identity: &Channel, alone: Option<&[u32]>) -> anyhow::Result<Rates> {
    let (mut took, mut hashes) = (Duration::ZERO, Vec::new());
    let divide = |processes: &[u32]| alone.map(|_| Divided::between(processes)).transpose();
    let bare = || {
        let _divided = divide(&[std::process::id()])?;
        bare_hashes()
    };
    for _ in 0..WAVES {
        next_step().await;
        hashes.push(bare()?);
        let divided = divide(alone.unwrap_or_default())?;
        took += wave(stack, identity).await?;
        drop(divided);
        hashes.push(bare()?);
    }
    let people = u32::try_from(stack.people.totp.len())?;
    let count = f64::from(2 * WAVES);
    Ok(Rates {
        sign_ins: f64::from(WAVES * people) / took.as_secs_f64(),
        hashes: hashes.iter().sum::<f64>() / count,
    })
}

fn compare(place: &str, rates: &Rates, aim: &str) {
    let Rates { sign_ins, hashes } = rates;
    row(
        &format!("sign-ins a second {place}"),
        &format!("{sign_ins:.1}"),
        "",
    );
    row(
        "bare argon2id a second there, same parameters",
        &format!("{hashes:.1}"),
        "",
    );
    row("ratio", &format!("{:.2}", sign_ins / hashes), aim);
}

/// Opens the connection, with a sign-in that nobody is behind.
async fn warm(identity: &Channel) -> anyhow::Result<()> {
    let seed = "GEZDGNBVGY3TQOJQ";
    let refused = sign_in(identity, "nobody@example.com", "no such person", seed).await;
    anyhow::ensure!(refused.is_err(), "nobody could sign in");
    Ok(())
}

/// Everybody once, with a code that nobody has used: who comes next does when somebody is in.
async fn wave(stack: &Stack, identity: &Channel) -> anyhow::Result<Duration> {
    let mut people = JoinSet::new();
    let began = Instant::now();
    for (email, seed) in stack.people.totp.clone() {
        if people.len() == AT_ONCE
            && let Some(done) = people.join_next().await
        {
            done??;
        }
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

/// As many at once as there are cores, for three seconds.
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
                    while began.elapsed() < Duration::from_secs(3) {
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
