//! Mail: what other services want told to people, as text and HTML, by SMTP.
//!
//! A wish arrives in [`events`] and becomes one row per recipient in [`store`]. The [`sender`] takes what is due, makes a
//! letter of it ([`letters`]) and hands it to the next mail server. [`mailbox`] is that server in development.

mod api;
mod config;
pub mod domain;
mod error;
mod events;
mod letters;
mod mailbox;
mod sender;
mod store;

use anyhow::Context;
use nsp_kit::{
    client,
    clock::Clock,
    db,
    host::{Host, Listeners, keys_of_identity},
};
use sqlx::migrate::Migrator;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use self::config::{Clients, Config, Development, Mail, Portal, Smtp};
use self::{letters::Stationery, sender::Sender};

pub const SERVICE: &str = "mail";

/// Every setting and its default.
pub const DEFAULTS: &str = include_str!("../config.toml");

pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Runs the service until `stop` is cancelled. With a socket for it, the development mailbox too.
pub async fn run(
    config: Config,
    listeners: Listeners,
    mailbox: Option<TcpListener>,
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
    let stationery = Stationery::new(&config.mail.from, &config.mail.help, &config.portal.url)?;
    let sender = Sender {
        db: host.db.clone(),
        clock: host.clock.clone(),
        identity: identity.clone(),
        smtp: sender::connect(&config.smtp)?,
        stationery: stationery.clone(),
        wake: tokio::sync::Notify::new(),
    };
    let routes = api::routes(host.context(), mailbox.is_some());
    tokio::try_join!(
        host.serve(listeners, routes, keys_of_identity(identity)),
        host.consume(events::Wishes { stationery }),
        sender.run(&host.stop),
        mailbox::serve(mailbox, &host.db, &host.clock, &host.stop),
    )?;
    Ok(())
}

/// Binds the socket of the development mailbox, if it is enabled.
pub async fn bind_mailbox(development: &Development) -> anyhow::Result<Option<TcpListener>> {
    if !development.enabled {
        return Ok(None);
    }
    let address = development.smtp_listen;
    let listener = TcpListener::bind(address).await;
    let listener = listener
        .with_context(|| format!("development.smtp_listen: {address} cannot be listened on"))?;
    Ok(Some(listener))
}

/// Brings the tables up to date.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    db::migrate(&config.database, SERVICE, &MIGRATOR).await
}
