//! The gateway's settings; `config.toml` has them with their defaults.

use nsp_kit::config::{Base, Nats, Tls};
use serde::Deserialize;

use crate::limits::Network;

/// Everything the gateway can be told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub base: Base,
    pub nats: Nats,
    pub tls: Tls,
    pub clients: Addresses,
    pub portal: Portal,
    pub development: Development,
}

/// Where the services are: `https://host:port`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    pub identity: String,
    pub accounts: String,
    pub cases: String,
    pub maintenance: String,
    pub reporting: String,
    pub mail: String,
    pub tlsauth: String,
}

/// How people reach the portal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    pub url: String,
    /// Where people write to when they cannot use the portal.
    pub help: String,
    /// The proxies that are believed about whom they forward.
    pub trusted_proxies: Vec<Network>,
}

/// What only a developer's portal has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Development {
    pub enabled: bool,
}
