//! TLS client authentication: which machines are let in with which certificates, from where, for what (TLS-1 to TLS-3,
//! TLS-7, TLS-8).
//!
//! A request enters at [`api`], which turns it into the terms of [`domain`]; the rules are all there. [`store`] is the
//! only place with SQL, [`events`] reacts to other services, [`jobs`] does what is due by the clock, [`publish`] keeps the
//! bucket that the mTLS edge decides by, [`recheck`] looks whether what is entered works, asking the DNS by [`lookups`], and
//! [`notices`] finds out whom to write to.

mod announce;
mod api;
mod demo;
pub mod domain;
mod error;
mod events;
mod jobs;
mod load;
mod lookups;
mod notices;
mod publish;
mod recheck;
mod store;

use anyhow::ensure;
use jiff::SignedDuration;
use nsp_dane::{Lookup, Resolver};
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

use crate::{
    domain::{Limits, check::CheckRules},
    lookups::Lookups,
};

/// Our name, as in our certificate.
pub const SERVICE: &str = "tlsauth";
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
    pub entries: Entries,
    pub uploads: Uploads,
    pub grants: Grants,
    pub certificates: Certificates,
    pub dane: nsp_dane::Settings,
}

/// The services this one calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    pub identity: String,
}

/// What an entry may be.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    pub open_prefix_ipv4: u8,
    pub open_prefix_ipv6: u8,
}

/// Bulk uploads.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uploads {
    pub waiting_days: u16,
}

/// What a grant may be.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    pub max_days: u16,
}

/// Which certificates count, as the edge is told.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    pub allow_expired: bool,
}

/// The settings that rules need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub limits: Limits,
    pub waiting_days: u16,
    pub max_grant: SignedDuration,
    pub checks: CheckRules,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Rules {
    fn of(config: &Config) -> anyhow::Result<Self> {
        let Entries {
            open_prefix_ipv4,
            open_prefix_ipv6,
        } = config.entries;
        ensure!(
            open_prefix_ipv4 <= 32,
            "entries.open_prefix_ipv4 must be 0 to 32"
        );
        ensure!(
            open_prefix_ipv6 <= 128,
            "entries.open_prefix_ipv6 must be 0 to 128"
        );
        ensure!(
            (1..=90).contains(&config.uploads.waiting_days),
            "uploads.waiting_days must be 1 to 90"
        );
        ensure!(
            (1..=3_660).contains(&config.grants.max_days),
            "grants.max_days must be 1 to 3660"
        );
        Ok(Self {
            limits: Limits {
                open_prefix_ipv4,
                open_prefix_ipv6,
            },
            waiting_days: config.uploads.waiting_days,
            max_grant: DAY * i32::from(config.grants.max_days),
            checks: CheckRules {
                usages: config.dane.usages(),
                allow_expired: config.certificates.allow_expired,
            },
        })
    }

    fn waiting(&self) -> SignedDuration {
        DAY * i32::from(self.waiting_days)
    }
}

/// Runs the service until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let resolver = Resolver::new(&config.dane)?;
    Box::pin(run_with(config, listeners, clock, stop, resolver)).await
}

/// The same, asking somebody else about TLSA records.
pub async fn run_with<L: Lookup>(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
    lookup: L,
) -> anyhow::Result<()> {
    let rules = Rules::of(&config)?;
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
    let lookups = Lookups::new(lookup, &config.dane, host.clock.clone());
    let routes = api::routes(host.context(), rules, lookups.clone());
    let people = notices::People::new(identity.clone());
    let js = async_nats::jetstream::new(host.nats.clone());
    let (db, clock) = (&host.db, &host.clock);
    tokio::try_join!(
        host.serve(listeners, routes, keys_of_identity(identity)),
        host.consume(events::Accounts),
        host.background("policies", publish::keep_published(db, clock, &js)),
        host.background("ends of grants", jobs::end_grants(db, clock)),
        host.background("ends of waiting periods", jobs::load_uploads(db, clock)),
        host.background(
            "notices",
            notices::send(db, clock, &people, rules.waiting())
        ),
        host.background(
            "daily checks",
            recheck::keep_checked(db, clock, &lookups, rules.checks)
        ),
        host.background("old requests", jobs::forget_requests(db, clock)),
    )?;
    Ok(())
}
