//! A private PostgreSQL under a folder, shared by all processes that ask for it.

mod cluster;
mod databases;
mod programs;
mod url;

pub use databases::{Access, ensure_database, run_sql};
pub use url::PgUrl;

use crate::lease::{self, Lease};
use crate::{process, secret};
use anyhow::{Context as _, bail};
use cluster::{Cluster, Server};
use programs::Programs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Whether a release that the services run on is on this machine.
pub fn postgres_is_installed() -> bool {
    Programs::find(None).is_ok()
}

/// Whether data must survive the loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    Durable,
    /// `fsync=off`: for tests only. Survives a kill, not a loss of power.
    Fast,
}

/// How to run a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub durability: Durability,
    /// How long the server stays after its last user ended without saying so.
    pub linger: Duration,
}

impl Options {
    /// For development: data survives, the server ends with its users.
    pub const DEVELOPMENT: Self = Self {
        durability: Durability::Durable,
        linger: Duration::from_mins(1),
    };
    /// For tests: quick, and there for the next run.
    pub const TESTS: Self = Self {
        durability: Durability::Fast,
        linger: Duration::from_mins(5),
    };
}

/// A running private server. When the last one is dropped, by whatever process, the server stops.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    cluster: Cluster,
    url: PgUrl,
    lease: Option<Lease>,
}

impl Postgres {
    /// Uses the server in `folder`, which is made and started when necessary.
    pub fn start(folder: &Path, options: Options) -> anyhow::Result<Self> {
        lease::check_tools()?;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let lease = Lease::take(folder)?;
        let starting = lease.starting()?;
        let cluster = Cluster::open(folder)?;
        let port = if let Some(server) = settled(&cluster) {
            lease.linger(options.linger)?;
            server.port
        } else {
            lease.forget_linger()?;
            lease.linger(options.linger)?;
            launch(&cluster, &lease, options.durability)?
        };
        drop(starting);
        let password = std::fs::read_to_string(folder.join("password"))?;
        let url = PgUrl::local(port, "postgres", password.trim(), "postgres");
        Ok(Self {
            folder: folder.to_owned(),
            cluster,
            url,
            lease: Some(lease),
        })
    }

    /// The address for administration: a superuser and the database `postgres`.
    pub fn url(&self) -> &PgUrl {
        &self.url
    }

    pub fn port(&self) -> u16 {
        self.url.port()
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Makes a service's database and its two roles, unless they exist.
    pub fn ensure_database(&self, service: &str, database: &str) -> anyhow::Result<Access> {
        let password = secret::get_or_make(&self.folder.join("role-password"), secret::password)?;
        ensure_database(&self.url, service, database, &password)
    }

    /// The process id of the server, for those who report or test it.
    pub fn pid(&self) -> Option<u32> {
        self.cluster.running().map(|server| server.pid)
    }

    /// Leaves the server running for others and for later; it stops by itself when idle.
    pub fn leave(mut self) {
        self.lease = None;
    }

    /// Whether a server runs in `folder` now.
    pub fn runs_in(folder: &Path) -> anyhow::Result<bool> {
        Ok(Cluster::existing(folder)?.is_some_and(|cluster| cluster.running().is_some()))
    }

    /// Stops the server in `folder` if one runs there, whoever uses it.
    pub fn stop(folder: &Path) -> anyhow::Result<bool> {
        let Some(cluster) = Cluster::existing(folder)? else {
            return Ok(false);
        };
        let Some(server) = cluster.running() else {
            return Ok(false);
        };
        if !shut_down(server.pid) {
            bail!(
                "PostgreSQL (process {}) in {} does not stop",
                server.pid,
                folder.display()
            );
        }
        Ok(true)
    }

    /// Stops the server in `folder` and forgets its data.
    pub fn wipe(folder: &Path) -> anyhow::Result<()> {
        Self::stop(folder)?;
        if let Some(cluster) = Cluster::existing(folder)? {
            cluster.remove()?;
        }
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.stop_if_last(|| {
                if let Some(server) = self.cluster.running() {
                    shut_down(server.pid);
                }
            });
        }
    }
}

/// SIGINT is PostgreSQL's "fast": it ends connections, writes a checkpoint and stops.
fn shut_down(pid: u32) -> bool {
    process::signal(pid, "INT");
    process::wait_gone(pid, Duration::from_secs(30))
}

/// The server that runs and takes connections. One that is starting or stopping is waited for: it may be stopping
/// because its keeper was killed.
fn settled(cluster: &Cluster) -> Option<Server> {
    let began = Instant::now();
    loop {
        match cluster.running() {
            Some(server) if !server.ready && began.elapsed() < Duration::from_mins(1) => {
                thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

fn launch(cluster: &Cluster, lease: &Lease, durability: Durability) -> anyhow::Result<u16> {
    const LIMIT: Duration = Duration::from_mins(1);
    cluster.forget_dead_server()?;
    let log = cluster.log();
    let began = Instant::now();
    loop {
        let port = process::free_port()?;
        let mark = std::fs::read(&log).map_or(0, |text| text.len());
        lease.start(&cluster.command(port, durability), &log)?;
        match wait_ready(cluster, &log, mark, LIMIT) {
            Ok(port) => return Ok(port),
            // After a kill -9 the server's children need a moment to notice, and a port chosen
            // a moment ago may have been taken.
            Err(error) if began.elapsed() < Duration::from_secs(15) && is_passing(&error) => {
                thread::sleep(Duration::from_millis(300));
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_passing(error: &anyhow::Error) -> bool {
    let text = error.to_string();
    [
        "pre-existing shared memory block",
        "could not bind",
        "lock file \"postmaster.pid\"",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

fn wait_ready(cluster: &Cluster, log: &Path, mark: usize, limit: Duration) -> anyhow::Result<u16> {
    let began = Instant::now();
    loop {
        if let Some(server) = cluster.running().filter(|server| server.ready) {
            return Ok(server.port);
        }
        let news = std::fs::read(log).unwrap_or_default();
        let news = String::from_utf8_lossy(&news[mark.min(news.len())..]).into_owned();
        let ended = news.contains("FATAL:") || news.contains("database system is shut down");
        if (ended && cluster.running().is_none()) || began.elapsed() > limit {
            bail!(
                "PostgreSQL does not start; {} says:\n{}",
                log.display(),
                news.trim()
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
}
