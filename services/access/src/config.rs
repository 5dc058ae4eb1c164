//! The edge's settings; `config.toml` has them with their defaults.

use std::path::PathBuf;

use nsp_kit::config::{Base, Nats, Tls};
use serde::Deserialize;

use crate::policy::prefixes::Prefix;

/// Everything the edge can be told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub base: Base,
    pub nats: Nats,
    /// For calling other services.
    pub tls: Tls,
    pub clients: Addresses,
    pub server: Server,
    pub limits: Limits,
    pub policy: PolicySettings,
    pub certificates: Certificates,
    pub dane: nsp_dane::Settings,
    pub basic: BasicSettings,
    pub sessions: SessionSettings,
    pub contract: Contract,
}

/// Where the services are: `https://host:port`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    pub accounts: String,
    pub maintenance: String,
    pub reporting: String,
}

/// What machines connect to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// They send a PROXY header, and are believed.
    pub trusted_proxies: Vec<Prefix>,
}

/// What a connection may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub connections: usize,
    pub connections_per_address: usize,
    pub handshake_seconds: u64,
    pub header_seconds: u64,
    pub header_bytes: usize,
    pub body_seconds: u64,
    pub body_bytes: usize,
    pub request_seconds: u64,
    pub idle_seconds: u64,
    pub streams: u32,
    pub drain_seconds: u64,
}

/// Where the policy is, and how long an old one counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    pub bucket: String,
    pub stale_minutes: u32,
}

/// Which certificates count.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    pub allow_expired: bool,
}

/// User names and passwords.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicSettings {
    pub fresh_seconds: u32,
    pub stale_minutes: u32,
    pub capacity: usize,
    pub tries_per_minute: u32,
}

/// MoSAPI's sessions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    pub minutes: u32,
    pub logins_per_minute: u32,
    pub per_certificate: usize,
}

/// What no specification at hand says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    pub rri_windows: String,
    pub rri_window: String,
    pub rri_probe_nodes: String,
    pub mosapi_windows: String,
    pub mosapi_window: String,
    pub mosapi_probe_nodes: String,
    pub registry_suffix: String,
    pub escrow_agent_suffix: String,
    pub registry_reads_agent_status: bool,
    pub too_many_requests: u16,
    pub behind_is_down: u16,
    pub malformed_json: i32,
    pub document_version: i32,
}
