//! Accounts: contracted parties, their TLDs and the people on record for them.
//!
//! A request enters at [`api`], which turns it into the terms of [`domain`]; [`store`] is the only place with SQL.
//! Other services keep copies of what they need from the events.

mod api;
mod demo;
pub mod domain;
mod error;
mod store;

use nsp_kit::{
    client,
    clock::Clock,
    config::{Base, Database, Nats, Tls},
    db,
    host::{Host, Listeners, keys_of_identity},
};
use serde::Deserialize;
use sqlx::migrate::Migrator;
use tokio_util::sync::CancellationToken;

pub use self::demo::demo;

const SERVICE: &str = "accounts";

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
    let routes = api::Api::routes(host.context());
    let keys = keys_of_identity(identity);
    Box::pin(host.serve(listeners, routes, keys)).await
}

/// Brings the tables up to date.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    db::migrate(&config.database, SERVICE, &MIGRATOR).await
}
