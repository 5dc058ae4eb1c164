//! A private NATS server with JetStream.

use crate::process;
use anyhow::{Context as _, bail};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Nats {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Nats {
    /// Starts a server on a free port that keeps its streams in `folder`.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let program =
            process::find("nats-server").context("nats-server is missing (Debian: nats-server)")?;
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        // Of servers that were killed.
        for old in fs::read_dir(folder)?.flatten() {
            if old
                .path()
                .extension()
                .is_some_and(|extension| extension == "ports")
            {
                fs::remove_file(old.path())?;
            }
        }
        let log = folder.join("log");
        let mut command = process::bound(program, "TERM");
        command
            .args(["--addr", "127.0.0.1", "--port", "-1", "--jetstream"])
            .arg("--store_dir")
            .arg(folder.join("streams"))
            .arg("--ports_file_dir")
            .arg(folder)
            .stdout(fs::File::options().create(true).append(true).open(&log)?)
            .stderr(fs::File::options().create(true).append(true).open(&log)?);
        let child = process::spawn(command).context("nats-server cannot be started")?;
        let mut server = Self {
            child,
            url: String::new(),
            log,
        };
        server.url = server.wait_ready(folder)?;
        Ok(server)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The process id of the server, for those who stop it for a while.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it politely, so that what it holds in memory is on disk.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        Ok(process::stop(&mut self.child, Duration::from_secs(10))?)
    }

    fn wait_ready(&mut self, folder: &Path) -> anyhow::Result<String> {
        let file = folder.join(format!("nats-server_{}.ports", self.child.id()));
        let began = Instant::now();
        loop {
            let url = fs::read_to_string(&file)
                .ok()
                .as_deref()
                .and_then(client_url);
            if let Some(url) = url.filter(|url| greets(url)) {
                return Ok(url);
            }
            if !self.is_running() || began.elapsed() > Duration::from_secs(20) {
                let log = process::tail(&self.log, 20);
                bail!(
                    "nats-server does not start; {} says:\n{log}",
                    self.log.display()
                );
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // Already ended is fine, and there is nobody to tell about anything else.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From `{"nats":["nats://127.0.0.1:41877"],…}`.
fn client_url(ports: &str) -> Option<String> {
    let start = ports.find("nats://")?;
    let url = &ports[start..];
    Some(url[..url.find('"')?].to_owned())
}

/// The server speaks first.
fn greets(url: &str) -> bool {
    let Some(address) = url.strip_prefix("nats://") else {
        return false;
    };
    let Ok(stream) = TcpStream::connect(address) else {
        return false;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with("INFO ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read() {
        let ports = r#"{"nats":["nats://127.0.0.1:41877"],"monitoring":null}"#;
        assert_eq!(client_url(ports).as_deref(), Some("nats://127.0.0.1:41877"));
        assert_eq!(client_url("{"), None);
    }

    #[test]
    fn it_starts_twice_on_the_same_folder() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let mut nats = Nats::start(dir.path()).unwrap();
            assert!(nats.is_running());
            let url = nats.url().to_owned();
            nats.stop().unwrap();
            assert!(!greets(&url));
        }
    }
}
