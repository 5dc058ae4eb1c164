//! Which stack runs in a folder: a locked file with its process and where it can be reached.

use anyhow::{Context as _, bail};
use nsp_testbed::process;
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The claim on a folder, until dropped.
pub struct State {
    _lock: File,
    path: PathBuf,
}

/// What a running stack says about itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Announced {
    pub pid: u32,
    pub url: Option<String>,
    pub nats: Option<String>,
}

impl State {
    /// Refuses when another stack runs there.
    pub fn claim(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let lock = File::options()
            .create(true)
            .append(true)
            .open(folder.join("up.lock"))?;
        let path = folder.join("up.toml");
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let other = read(&path);
                let pid = other.as_ref().map_or(0, |other| other.pid);
                let url = other
                    .and_then(|other| other.url)
                    .unwrap_or_else(|| "starting".into());
                bail!("it runs already: {url} (process {pid}); `cargo xtask down` stops it");
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        fs::write(&path, format!("pid = {}\n", std::process::id()))?;
        Ok(Self { _lock: lock, path })
    }

    /// Says where the stack can be reached.
    pub fn announce(&mut self, url: &str, nats: &str) -> anyhow::Result<()> {
        let mut file = File::options().append(true).open(&self.path)?;
        writeln!(file, "url = {url:?}\nnats = {nats:?}").context("up.toml cannot be written")
    }

    /// The process whose stack runs in a folder.
    pub fn claimed_by(folder: &Path) -> Option<u32> {
        let lock = File::open(folder.join("up.lock")).ok()?;
        let free = lock.try_lock().is_ok();
        let pid = read(&folder.join("up.toml"))?.pid;
        (!free && process::runs(pid)).then_some(pid)
    }

    /// What the stack in a folder says about itself, if one runs.
    pub fn of(folder: &Path) -> Option<Announced> {
        Self::claimed_by(folder)?;
        read(&folder.join("up.toml"))
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // A file that stays behind is recognised by the lock that nobody holds.
        let _ = fs::remove_file(&self.path);
    }
}

fn read(path: &Path) -> Option<Announced> {
    let table: Table = fs::read_to_string(path).ok()?.parse().ok()?;
    let text = |name: &str| table.get(name).and_then(Value::as_str).map(str::to_owned);
    let pid = table.get("pid").and_then(Value::as_integer)?;
    Some(Announced {
        pid: u32::try_from(pid).ok()?,
        url: text("url"),
        nats: text("nats"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_stack_and_says_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(State::of(dir.path()), None);
        let mut state = State::claim(dir.path()).unwrap();
        state
            .announce("http://localhost:8080", "nats://127.0.0.1:4222")
            .unwrap();
        let error = State::claim(dir.path()).err().unwrap().to_string();
        assert!(error.contains("http://localhost:8080"), "{error}");
        let announced = State::of(dir.path()).unwrap();
        assert_eq!(announced.pid, std::process::id());
        assert_eq!(announced.nats.as_deref(), Some("nats://127.0.0.1:4222"));
        drop(state);
        assert_eq!(State::of(dir.path()), None);
    }
}
