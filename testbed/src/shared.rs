//! The PostgreSQL that all test processes of a run share.

use crate::container::Container;
use crate::postgres::{Options, PgUrl, Postgres};
use anyhow::Context as _;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Held until the process ends.
enum Server {
    Container(Container),
    Local(Postgres),
}

/// Where tests find PostgreSQL: in the environment, else in a container, else a private one under the target folder.
///
/// The first process to ask starts it, the others use it, and it stops some minutes after the last
/// of them ended.
pub fn shared_postgres() -> anyhow::Result<PgUrl> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();

    if let Ok(url) = std::env::var("NSP_TEST_POSTGRES_URL") {
        return url.parse().context("NSP_TEST_POSTGRES_URL");
    }
    match SERVER.get_or_init(|| start().map_err(|error| format!("{error:#}"))) {
        Ok(Server::Container(server)) => Ok(server.url().clone()),
        Ok(Server::Local(server)) => Ok(server.url().clone()),
        Err(error) => Err(anyhow::anyhow!("{error}")),
    }
}

fn start() -> anyhow::Result<Server> {
    // Whoever came first has decided; asking the engine again would cost each test its time.
    if Postgres::runs_in(&local())? {
        return Postgres::start(&local(), Options::TESTS).map(Server::Local);
    }
    match Container::start(&container()) {
        Ok(Some(server)) => return Ok(Server::Container(server)),
        Ok(None) => {}
        Err(error) => eprintln!("no container, hence a local server: {error:#}"),
    }
    Postgres::start(&local(), Options::TESTS).map(Server::Local)
}

/// Stops what the tests share, whoever uses it.
pub fn stop_shared_postgres() -> anyhow::Result<bool> {
    Ok(Container::stop(&container()) | Postgres::stop(&local())?)
}

fn container() -> PathBuf {
    crate::home().join("test-container")
}

fn local() -> PathBuf {
    crate::home().join("test-postgres")
}
