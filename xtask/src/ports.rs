//! Who listens on a port that we want, read from /proc: a bare machine has no `ss`.

use crate::services::{Plan, Profile};
use anyhow::Context as _;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;

/// Ports that are kept for services until they are started.
///
/// The ports of the architecture are among those that the system gives to outgoing connections, so that a port which
/// was free a moment ago may be somebody's end of a connection to PostgreSQL when its service comes.
#[derive(Debug)]
pub struct Held(HashMap<u16, TcpListener>);

impl Held {
    /// Takes all of them, or says which are taken: one line for each.
    pub fn take(ports: &[(u16, String)]) -> Result<Self, Vec<String>> {
        let mut held = HashMap::new();
        let mut taken = Vec::new();
        for (port, purpose) in ports {
            match TcpListener::bind(("127.0.0.1", *port)) {
                Ok(listener) => drop(held.insert(*port, listener)),
                Err(_) => taken.push(line(*port, purpose)),
            }
        }
        if taken.is_empty() {
            Ok(Self(held))
        } else {
            Err(taken)
        }
    }

    /// Gives some back, to who is about to listen there.
    pub fn give(&mut self, ports: &[(u16, String)]) {
        for (port, _) in ports {
            self.0.remove(port);
        }
    }
}

fn line(port: u16, purpose: &str) -> String {
    let owner = owner(port).unwrap_or_else(|| "another process".to_owned());
    format!("  {port}, wanted for {purpose}, is used by {owner}")
}

/// An offset at which all ports are free, beside a stack that `up` runs and whatever else there is.
pub fn free_offset() -> anyhow::Result<u16> {
    let free = |offset: &u16| {
        let plan = Plan::development(*offset, Profile::Debug);
        Held::take(&plan.ports()).is_ok()
    };
    (300..5000)
        .step_by(100)
        .find(free)
        .context("there are not enough free ports")
}

fn owner(port: u16) -> Option<String> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| {
            table
                .lines()
                .filter_map(|l| inode(l, port))
                .collect::<Vec<_>>()
        })
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let numbered = |name: &OsStr| {
        name.to_str()
            .is_some_and(|name| name.parse::<u32>().is_ok())
    };
    let processes = fs::read_dir("/proc").ok()?.flatten();
    for process in processes.filter(|entry| numbered(&entry.file_name())) {
        let files = fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten();
        let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
        if links.any(|link| {
            inodes
                .iter()
                .any(|inode| link.as_os_str() == inode.as_str())
        }) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let pid = process.file_name();
            return Some(format!(
                "{} (process {})",
                name.trim(),
                pid.to_string_lossy()
            ));
        }
    }
    None
}

/// The socket in a line of /proc/net/tcp, if it listens (state 0A) on the port.
fn inode(line: &str, port: u16) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let local = fields.get(1)?.rsplit_once(':')?.1;
    let matches = u16::from_str_radix(local, 16).ok()? == port && *fields.get(3)? == "0A";
    matches.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0";
        assert_eq!(inode(line, 8080).as_deref(), Some("12345"));
        assert_eq!(inode(line, 8081), None);
    }

    #[test]
    fn who_has_a_port_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Held::take(&[(port, "gateway".to_owned())]).unwrap_err();
        let pid = std::process::id().to_string();
        assert!(lines[0].contains(&pid), "{lines:?}");
    }

    #[test]
    fn a_port_that_is_held_is_for_nobody_else_until_it_is_given() {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let ports = [(port, "gateway".to_owned())];
        let mut held = Held::take(&ports).unwrap();
        assert!(TcpListener::bind(("127.0.0.1", port)).is_err());
        held.give(&ports);
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    }
}
