//! Accounts: contracted parties, their TLDs, the people on record for them, and credentials of other systems.
//!
//! A request enters at [`api`], which turns it into the terms of [`domain`]; [`store`] is the only place with SQL.
//! [`jobs`] is what happens
//! by the clock. Other services keep copies of what they need from the events.

mod api;
mod demo;
pub mod domain;
mod error;
mod jobs;
mod store;

use std::{sync::Arc, time::Duration};

use nsp_kit::{
    client,
    clock::Clock,
    config::{Base, Database, Nats, Tls},
    db,
    host::{Host, Listeners, keys_of_identity},
    jobs::{every, job},
    seal::{self, Keyring},
};
use serde::Deserialize;
use sqlx::migrate::Migrator;
use tokio_util::sync::CancellationToken;

pub use self::demo::demo;

pub const SERVICE: &str = "accounts";

/// Every setting and its default.
pub const DEFAULTS: &str = include_str!("../config.toml");

pub static MIGRATOR: Migrator = sqlx::migrate!();

/// What the service is configured with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub base: Base,
    pub database: Database,
    pub nats: Nats,
    pub tls: Tls,
    pub clients: Clients,
    pub keys: seal::Config,
    pub credentials: Credentials,
    pub jobs: Jobs,
}

/// What a credential may be.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub max_prefixes: u16,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub period_seconds: u32,
}

/// Where the services are that this one calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    pub identity: String,
}

/// Runs the service until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let keyring = Arc::new(Keyring::new(&config.keys)?);
    let host = Host::new(
        SERVICE,
        &config.database,
        &config.nats,
        &config.tls,
        clock,
        stop,
    )
    .await?;
    let identity = client::connect("identity", &config.clients.identity, &host.certificates)?;
    let credentials = api::Credentials {
        context: host.context(),
        keyring: Arc::clone(&keyring),
        max_prefixes: config.credentials.max_prefixes.into(),
    };
    let routes = api::Api::routes(host.context(), credentials);
    let keys = keys_of_identity(identity);

    let (db, clock) = (&host.db, &host.clock);
    let period = Duration::from_secs(config.jobs.period_seconds.max(1).into());
    let reseal = job(move |tx| {
        let keyring = Arc::clone(&keyring);
        Box::pin(async move { jobs::reseal(tx, &keyring).await })
    });
    let sweep = job(|tx| Box::pin(jobs::sweep(tx)));
    tokio::try_join!(
        host.serve(listeners, routes, keys),
        host.background(
            "resealing",
            every(period, "reseal", SERVICE, db, clock, reseal)
        ),
        host.background("sweep", every(period, "sweep", SERVICE, db, clock, sweep)),
    )?;
    Ok(())
}

/// Brings the tables up to date.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    db::migrate(&config.database, SERVICE, &MIGRATOR).await
}
