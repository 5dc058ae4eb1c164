//! What the service is configured with; `config.toml` explains each setting.

use std::{net::SocketAddr, path::PathBuf};

use nsp_kit::config::{Base, Database, Nats, Tls};
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub base: Base,
    pub database: Database,
    pub nats: Nats,
    pub tls: Tls,
    pub clients: Clients,
    pub smtp: Smtp,
    pub mail: Mail,
    pub portal: Portal,
    pub development: Development,
}

/// Where the services are that this one calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    pub identity: String,
}

/// The next mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// `smtp://host:port` or `smtps://host:port`; may contain a password.
    pub url: SecretString,
    pub allow_plaintext: bool,
    pub ca: Option<PathBuf>,
}

/// What every mail says about its sender.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub from: String,
    pub help: String,
}

/// Where the portal is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    pub url: String,
}

/// The mailbox that takes the place of the Internet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Development {
    pub enabled: bool,
    pub smtp_listen: SocketAddr,
}
