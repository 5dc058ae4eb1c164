//! Cases: the conversation between contracted parties and ICANN.
//!
//! A request enters at [`api`], which turns it into the terms of [`domain`]; the rules are all there. [`store`] is the
//! only place with SQL, [`events`] reacts to other services, and [`mails`] says who hears of what.

mod api;
mod demo;
pub mod domain;
mod error;
mod events;
mod mails;
mod store;

pub use demo::demo;
use nsp_kit::{
    client,
    clock::Clock,
    config::{Base, Database, Nats, Tls},
    host::{Host, Listeners, keys_of_identity},
};
use serde::Deserialize;
use sqlx::migrate::Migrator;
use tokio_util::sync::CancellationToken;

/// Our name, as in our certificate.
pub const SERVICE: &str = "cases";
/// Every setting and its default.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The service's tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// The configuration; `config.toml` explains each setting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub base: Base,
    pub database: Database,
    pub nats: Nats,
    pub tls: Tls,
    pub clients: Clients,
}

/// The services this one calls.
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
    tokio::try_join!(
        host.serve(listeners, routes, keys_of_identity(identity)),
        host.consume(events::Tlds),
    )?;
    Ok(())
}
