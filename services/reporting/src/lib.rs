//! Registration reports, and the documents of the monitoring system: what stands behind RRI and MoSAPI.
//!
//! A request enters at [`api`], which turns it into the terms of [`domain`]; [`formats`] reads what machines send and writes
//! what they read. [`store`] is the only place with SQL and [`objects`] the only one with bytes; [`events`] reacts to other
//! services, [`jobs`] reminds and cleans up. [`settings`] is the one table of what ICANN's specifications could say otherwise.

mod api;
mod demo;
pub mod domain;
mod error;
mod events;
mod formats;
mod jobs;
mod objects;
mod settings;
mod store;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use nsp_kit::{
    client,
    clock::Clock,
    config::{Base, Database, Nats, Tls},
    host::{Host, Listeners, keys_of_identity},
};
use serde::Deserialize;
use sqlx::migrate::Migrator;
use tokio_util::sync::CancellationToken;

pub use demo::demo;
pub use settings::{Limits, MosapiConfig, Retention, RriConfig, Verdict};

use crate::{
    domain::{Finding, QueryError},
    objects::Objects,
    settings::Settings,
};

/// Our name, as in our certificate.
pub const SERVICE: &str = "reporting";
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
    pub objects: ObjectsConfig,
    #[serde(flatten)]
    pub contract: Contract,
}

/// The services this one calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    pub identity: String,
}

/// Where received files lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectsConfig {
    pub folder: PathBuf,
}

/// What ICANN's specifications say, and what is ours.
#[derive(Debug, Clone, Deserialize)]
pub struct Contract {
    pub limits: Limits,
    pub retention: Retention,
    pub rri: RriConfig,
    pub results: BTreeMap<Finding, Verdict>,
    pub mosapi: MosapiConfig,
    pub errors: BTreeMap<QueryError, Verdict>,
}

impl Contract {
    /// As it is shipped.
    pub fn shipped() -> anyhow::Result<Self> {
        Ok(toml::from_str(DEFAULTS)?)
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        Settings::new(
            self.limits,
            self.retention,
            &self.rri,
            &self.mosapi,
            &self.results,
            &self.errors,
        )
    }
}

/// Runs the service until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let settings = Arc::new(config.contract.settings()?);
    let objects = Objects::open(&config.objects.folder)?;
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
    let routes = api::routes(host.context(), Arc::clone(&settings), objects.clone());
    tokio::try_join!(
        host.serve(listeners, routes, keys_of_identity(identity)),
        host.consume(events::Accounts),
        host.consume(events::Grants),
        host.background(
            "overdue reports",
            jobs::remind(&host.db, &host.clock, &settings)
        ),
        host.background(
            "loose objects",
            jobs::delete_loose_objects(&host.db, &host.clock, &objects)
        ),
        host.background("retention", jobs::forget(&host.db, &host.clock, &settings)),
    )?;
    Ok(())
}
