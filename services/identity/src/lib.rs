//! Identity: users, passwords, factors, sessions, memberships and the keys that sign tokens.
//!
//! A request enters at `api`, which turns it into the terms of [`domain`]; the rules are all there. `store` is the only
//! place with SQL. `hasher` and `signer` do the two things that cost: comparing passwords and signing tokens.

mod accounts;
mod api;
mod config;
pub mod demo;
pub mod domain;
mod error;
mod events;
mod hasher;
mod jobs;
mod places;
mod signer;
mod store;
mod webauthn;

use std::{sync::Arc, time::Duration};

use nsp_kit::{
    client,
    clock::Clock,
    host::{Host, Listeners},
    jobs::{every, job},
    seal::Keyring,
};
use sqlx::migrate::Migrator;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use self::config::{
    Clients, Config, Invitations, Jobs, Passwords, PlaceDatabase, Sessions, Signing, Totp, Webauthn,
};
use self::{
    accounts::Accounts, api::Api, hasher::Hasher, places::Places, signer::Signer,
    webauthn::Passkeys,
};

pub static MIGRATOR: Migrator = sqlx::migrate!();
/// Our name, as in our certificate.
pub const SERVICE: &str = "identity";
/// The defaults of every setting.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// Runs the service until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let keyring = Arc::new(Keyring::new(&config.keys)?);
    let hasher = Hasher::new(&config.passwords)?;
    let passkeys = Passkeys::new(&config.webauthn, &config.totp.issuer)?;
    let places = Places::open(config.places.database.as_deref())?;
    let host = Host::new(
        SERVICE,
        &config.database,
        &config.nats,
        &config.tls,
        clock,
        stop,
    )
    .await?;
    let wished = Arc::new(Notify::new());
    let limits = config.sessions.limits();
    let accounts = client::connect("accounts", &config.clients.accounts, &host.certificates)?;
    let api = Api {
        context: host.context(),
        accounts: Accounts::new(accounts),
        keyring: Arc::clone(&keyring),
        hasher,
        passkeys,
        signer: Signer::new(Arc::clone(&keyring)),
        limits,
        places,
        invitations: config.invitations,
        issuer: config.totp.issuer.into(),
        wished: Arc::clone(&wished),
    };

    let (db, clock) = (&host.db, &host.clock);
    let period = Duration::from_secs(config.jobs.period_seconds.max(1).into());
    let key_period = config.signing.period();
    let rotate = {
        let keyring = Arc::clone(&keyring);
        job(move |tx| {
            let keyring = Arc::clone(&keyring);
            Box::pin(async move { jobs::rotate(tx, &keyring, key_period).await })
        })
    };
    let reseal = job(move |tx| {
        let keyring = Arc::clone(&keyring);
        Box::pin(async move { jobs::reseal(tx, &keyring).await })
    });
    let unlock = job(move |tx| Box::pin(jobs::unlock(tx)));
    let sweep = job(move |tx| Box::pin(async move { jobs::sweep(tx, &limits).await }));
    tokio::try_join!(
        host.serve(
            listeners,
            api.routes(),
            signer::own_keys(db.clone(), clock.clone())
        ),
        host.consume(events::Accounts),
        host.background(
            "rotation",
            every(period, "rotate", SERVICE, db, clock, rotate)
        ),
        host.background(
            "resealing",
            every(period, "reseal", SERVICE, db, clock, reseal)
        ),
        host.background(
            "unlocking",
            every(period, "unlock", SERVICE, db, clock, unlock)
        ),
        host.background("sweep", every(period, "sweep", SERVICE, db, clock, sweep)),
        host.background("resets", jobs::answer_resets(db, clock, wished)),
    )?;
    Ok(())
}
