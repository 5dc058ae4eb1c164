//! The settings of identity; `config.toml` says what each is for, and its default.

use std::path::PathBuf;

use jiff::SignedDuration;
use nsp_kit::{
    config::{Base, Database, Nats, Tls},
    seal,
};
use serde::Deserialize;

use crate::domain::session::Limits;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub base: Base,
    pub database: Database,
    pub nats: Nats,
    pub tls: Tls,
    pub clients: Clients,
    pub keys: seal::Config,
    pub passwords: Passwords,
    pub sessions: Sessions,
    #[serde(default)]
    pub places: PlaceDatabase,
    pub invitations: Invitations,
    pub signing: Signing,
    pub totp: Totp,
    pub webauthn: Webauthn,
    pub jobs: Jobs,
}

/// Where the services are that this one calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    pub accounts: String,
}

/// Argon2id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    /// How many requests may wait for their turn.
    pub waiting: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    pub idle_minutes: u32,
    pub absolute_hours: u32,
}

impl Sessions {
    pub fn limits(&self) -> Limits {
        Limits {
            idle: SignedDuration::from_mins(self.idle_minutes.into()),
            absolute: SignedDuration::from_hours(self.absolute_hours.into()),
        }
    }
}

/// Where addresses are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceDatabase {
    /// A file in the `MaxMind` format.
    pub database: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitations {
    pub hours: u32,
    pub max_open: u32,
}

impl Invitations {
    pub fn lifetime(&self) -> SignedDuration {
        SignedDuration::from_hours(self.hours.into())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    pub rotate_days: u32,
}

impl Signing {
    pub fn period(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.rotate_days))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totp {
    pub issuer: String,
}

/// Where passkeys are good.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webauthn {
    pub rp_id: String,
    pub origin: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    pub period_seconds: u32,
}
