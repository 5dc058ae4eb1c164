//! The PostgreSQL that all test processes of a run share.

use crate::postgres::{Options, PgUrl, Postgres};
use anyhow::Context as _;
use std::sync::OnceLock;

/// Where tests find PostgreSQL: in the environment, else a private one under the target folder.
///
/// The first process to ask starts it, the others use it, and it stops some minutes after the last
/// of them ended.
pub fn shared_postgres() -> anyhow::Result<PgUrl> {
    static SERVER: OnceLock<Result<Postgres, String>> = OnceLock::new();

    if let Ok(url) = std::env::var("NSP_TEST_POSTGRES_URL") {
        return url.parse().context("NSP_TEST_POSTGRES_URL");
    }
    let server = SERVER.get_or_init(|| {
        let folder = crate::home().join("test-postgres");
        Postgres::start(&folder, Options::TESTS).map_err(|error| format!("{error:#}"))
    });
    match server {
        Ok(server) => Ok(server.url().clone()),
        Err(error) => Err(anyhow::anyhow!("{error}")),
    }
}
