//! Maintenance windows: when a service of a TLD is being worked on.
//!
//! A request enters at [`api`], which turns it into the terms of [`domain`]; the rules are all there. [`store`] is the
//! only place with SQL, [`events`] reacts to other services, [`jobs`] announces what starts and ends, and [`formats`]
//! writes the documents that other programs read.

mod api;
mod demo;
pub mod domain;
mod error;
mod events;
mod formats;
mod jobs;
mod store;

use anyhow::ensure;
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

use crate::domain::Limits;

/// Our name, as in our certificate.
pub const SERVICE: &str = "maintenance";
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
    pub windows: Windows,
    pub result_codes: ResultCodes,
}

/// The services this one calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    pub identity: String,
}

/// What RRI and MoSAPI call what is wrong with a schedule.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultCodes {
    pub field: u16,
    pub service: u16,
    pub end: u16,
    pub limit: u16,
    pub started: u16,
    pub ended: u16,
    pub overlap: u16,
}

/// What a window may be.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    pub max_duration_hours: u32,
    pub horizon_days: u32,
    pub start_grace_minutes: u32,
}

impl Windows {
    fn limits(self) -> anyhow::Result<Limits> {
        let limits = Limits {
            duration: jiff::SignedDuration::from_hours(self.max_duration_hours.into()),
            horizon: jiff::SignedDuration::from_hours(i64::from(self.horizon_days) * 24),
            grace: jiff::SignedDuration::from_mins(self.start_grace_minutes.into()),
        };
        ensure!(
            (1..=744).contains(&self.max_duration_hours),
            "windows.max_duration_hours must be 1 to 744"
        );
        ensure!(
            (1..=3_660).contains(&self.horizon_days),
            "windows.horizon_days must be 1 to 3660"
        );
        ensure!(
            self.start_grace_minutes <= 1_440,
            "windows.start_grace_minutes must be 0 to 1440"
        );
        Ok(limits)
    }
}

/// Runs the service until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let limits = config.windows.limits()?;
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
    let routes = api::routes(host.context(), limits, config.result_codes);
    tokio::try_join!(
        host.serve(listeners, routes, keys_of_identity(identity)),
        host.consume(events::Accounts),
        host.consume(events::Grants),
        host.background("starts and ends", jobs::announce(&host.db, &host.clock)),
        host.background("old requests", jobs::forget_requests(&host.db, &host.clock)),
    )?;
    Ok(())
}
