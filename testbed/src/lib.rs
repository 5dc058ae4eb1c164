//! Finds or starts PostgreSQL and NATS, and makes the certificates of development and tests.
//!
//! Nothing here needs tokio: `cargo xtask` uses it too and must compile in seconds.

pub mod ca;
mod lease;
mod nats;
mod postgres;
pub mod process;
pub mod secret;
mod shared;

pub use nats::Nats;
pub use postgres::{Access, Durability, Options, PgUrl, Postgres, ensure_database, run_sql};
pub use shared::shared_postgres;

use std::path::{Path, PathBuf};

/// The folder everything private to this checkout lives in: `target/nsp`.
pub fn home() -> PathBuf {
    target_dir().join("nsp")
}

/// The workspace's root.
pub fn workspace() -> &'static Path {
    let testbed = Path::new(env!("CARGO_MANIFEST_DIR"));
    testbed.parent().unwrap_or(testbed)
}

/// Cargo's target folder.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => workspace().join(dir),
        None => workspace().join("target"),
    }
}
