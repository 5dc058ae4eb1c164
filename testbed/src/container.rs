//! PostgreSQL in a container, for tests on machines with a Docker engine.
//!
//! The client in the foreground stands for the container: the keeper stops it like a server of our own.

use crate::lease::{self, Lease};
use crate::postgres::{Options, PgUrl};
use crate::{process, secret};
use anyhow::{Context as _, bail};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const IMAGE: &str = "postgres:17-alpine";

/// A container in use.
#[derive(Debug)]
pub struct Container {
    url: PgUrl,
    /// Given back when the process ends.
    _lease: Lease,
}

impl Container {
    /// Uses or starts the container of this folder. Nothing without an engine that answers and has the image, or can
    /// get it.
    pub fn start(folder: &Path) -> anyhow::Result<Option<Self>> {
        if !(running(folder).is_some() || engine_answers()) || lease::check_tools().is_err() {
            return Ok(None);
        }
        fs::create_dir_all(folder)?;
        let lease = Lease::take(folder)?;
        let starting = lease.starting()?;
        let password = secret::get_or_make(&folder.join("password"), secret::password)?;
        let port = match running(folder) {
            Some(port) => port,
            None if has_image() => launch(folder, &lease, &password)?,
            None => return Ok(None),
        };
        drop(starting);
        let url = PgUrl::local(port, "postgres", &password, "postgres");
        Ok(Some(Self { url, _lease: lease }))
    }

    pub fn url(&self) -> &PgUrl {
        &self.url
    }

    /// Stops the container of this folder, whoever uses it.
    pub fn stop(folder: &Path) -> bool {
        running(folder).is_some() && docker(&["rm", "--force", &name(folder)], 30)
    }
}

/// `docker` with a limit: an engine that hangs must not hang us.
fn docker(arguments: &[&str], seconds: u32) -> bool {
    let mut command = Command::new("timeout");
    command
        .arg(seconds.to_string())
        .arg("docker")
        .args(arguments);
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn engine_answers() -> bool {
    process::find("docker").is_some() && docker(&["version", "--format", "{{.Server.Version}}"], 5)
}

fn has_image() -> bool {
    docker(&["image", "inspect", IMAGE], 10) || docker(&["pull", "--quiet", IMAGE], 180)
}

/// One container for each checkout.
fn name(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("nsp-test-postgres-{:016x}", hasher.finish())
}

fn running(folder: &Path) -> Option<u16> {
    let port = fs::read_to_string(folder.join("port"))
        .ok()?
        .trim()
        .parse()
        .ok()?;
    answers(port).then_some(port)
}

/// The image's server takes connections while it is being prepared, but only a ready one answers the
/// request for TLS, with one letter.
fn answers(port: u16) -> bool {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let limit = Duration::from_secs(2);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, limit) else {
        return false;
    };
    let mut answer = [0];
    stream.set_read_timeout(Some(limit)).is_ok()
        && stream.write_all(&SSL_REQUEST).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && matches!(answer[0], b'N' | b'S')
}

fn launch(folder: &Path, lease: &Lease, password: &str) -> anyhow::Result<u16> {
    let name = name(folder);
    // Of a client that was killed.
    docker(&["rm", "--force", &name], 30);
    let port = process::free_port()?;
    let environment = folder.join("environment");
    secret::write(&environment, &format!("POSTGRES_PASSWORD={password}\n"))?;
    let mut server = Command::new("docker");
    server.args([
        "run",
        "--rm",
        "--name",
        &name,
        "--publish",
        &format!("127.0.0.1:{port}:5432"),
    ]);
    server.arg("--env-file").arg(environment).arg(IMAGE);
    for setting in ["fsync=off", "full_page_writes=off", "max_connections=400"] {
        server.args(["-c", setting]);
    }
    lease.forget_linger()?;
    lease.linger(Options::TESTS.linger)?;
    let log = folder.join("log");
    lease.start(&server, &log)?;
    let began = Instant::now();
    while !answers(port) {
        if lease.server_ended() || began.elapsed() > Duration::from_mins(1) {
            docker(&["rm", "--force", &name], 30);
            bail!("the container does not start: {}", process::tail(&log, 20));
        }
        thread::sleep(Duration::from_millis(100));
    }
    fs::write(folder.join("port"), port.to_string()).context("the port cannot be written")?;
    Ok(port)
}
