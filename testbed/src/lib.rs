//! Finds or starts PostgreSQL, NATS and a DNS of its own, and makes the certificates of development and tests.
//!
//! Nothing here needs tokio: `cargo xtask` uses it too and must compile in seconds.

pub mod ca;
mod container;
pub mod dns;
mod lease;
pub mod machine;
mod nats;
mod postgres;
pub mod process;
pub mod secret;
mod shared;

pub use nats::Nats;
pub use postgres::{
    Access, Durability, Options, PgUrl, Postgres, ensure_database, postgres_is_installed, run_sql,
};
pub use shared::{shared_postgres, stop_shared_postgres};

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder everything private to this checkout lives in: `target/nsp`.
pub fn home() -> PathBuf {
    target_dir().join("nsp")
}

/// The workspace's root.
///
/// What cargo says at run time comes first: two checkouts may share a target folder, and with it us.
pub fn workspace() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package.as_deref().and_then(|package| {
            package
                .ancestors()
                .find(|folder| folder.join("Cargo.lock").is_file())
        });
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        root.or(built).unwrap_or(Path::new(".")).to_owned()
    })
}

/// Cargo's target folder.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => workspace().join(dir),
        None => workspace().join("target"),
    }
}
