//! A DNS of its own: an authoritative server with a root zone that nobody else knows, and zones signed below it.

mod query;
mod sign;
mod zone;

pub use zone::{Signing, Zone};

use crate::process;
use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
/// Somebody may take a port between our looking and the server's binding.
const ATTEMPTS: usize = 5;

/// A running server; dropping it ends it. It answers like a resolver does, for its own zones only.
#[derive(Debug)]
pub struct Dns {
    child: Option<Child>,
    folder: PathBuf,
    port: u16,
    zones: Vec<Zone>,
    serial: u32,
}

/// Whether the programs are there (Debian: `bind9`).
pub fn is_installed() -> bool {
    ["named", "dnssec-keygen", "dnssec-signzone"]
        .iter()
        .all(|program| process::find(program).is_some())
}

impl Dns {
    /// Starts a server on a free port, with keys, zones and log in `folder`. Keys that are there already stay.
    ///
    /// The root zone is made from what is delegated from it; give a zone with the name `.` to add records to it.
    pub fn start(folder: &Path, zones: &[Zone]) -> anyhow::Result<Self> {
        if !is_installed() {
            bail!("named or its tools are missing (Debian: bind9)");
        }
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let folder = folder.canonicalize()?;
        let mut server = Self {
            child: None,
            folder,
            port: 0,
            zones: zone::with_root(zones),
            serial: query::unique(),
        };
        server.write()?;
        let mut attempt = 1;
        loop {
            server.port = process::free_port()?;
            match server.run() {
                Err(_) if attempt < ATTEMPTS => attempt += 1,
                result => return result.map(|()| server),
            }
        }
    }

    /// Where it answers, by UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The file with the root zone's DNSKEY record, which everything is validated from.
    pub fn trust_anchor(&self) -> PathBuf {
        self.folder.join("trust-anchor")
    }

    /// Whether it has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        let child = self.child.as_mut();
        child.is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Makes it hang: it gets questions and does not answer, until [`Dns::resume`].
    pub fn pause(&self) {
        let Some(pid) = self.pid() else {
            return;
        };
        process::signal(pid, "STOP");
        // The signal stops one thread after the other.
        let began = Instant::now();
        while !process::is_stopped(pid) && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn resume(&self) {
        if let Some(pid) = self.pid() {
            process::signal(pid, "CONT");
        }
    }

    fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Serves these zones from now on instead of those before. Keys stay.
    pub fn publish(&mut self, zones: &[Zone]) -> anyhow::Result<()> {
        self.zones = zone::with_root(zones);
        self.serial += 1;
        self.write()?;
        match self.pid() {
            Some(pid) => {
                self.configure()?;
                process::signal(pid, "HUP");
                self.wait_ready()
            }
            None => Ok(()),
        }
    }

    /// Ends it; [`Dns::restart`] starts it again.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        match self.child.take() {
            Some(mut child) => Ok(process::stop(&mut child, Duration::from_secs(10))?),
            None => Ok(()),
        }
    }

    /// Starts it again on the same port after [`Dns::stop`].
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        let began = Instant::now();
        loop {
            match self.run() {
                // Whoever got the port meanwhile will give it back.
                Err(_) if began.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(50)),
                result => return result,
            }
        }
    }

    fn write(&self) -> anyhow::Result<()> {
        sign::write(&self.folder, &self.zones, self.serial)
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let configuration = self.configure()?;
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())?;
        let mut command = process::bound(program(&self.folder)?, "KILL");
        command
            .args(["-g", "-4", "-n", "1", "-U", "1", "-c"])
            .arg(&configuration)
            .stdout(log.try_clone()?)
            .stderr(log);
        self.child = Some(process::spawn(command).context("named cannot be started")?);
        self.wait_ready().inspect_err(|_| self.end())
    }

    fn configure(&self) -> anyhow::Result<PathBuf> {
        let file = self.folder.join("named.conf");
        fs::write(&file, self.configuration())?;
        Ok(file)
    }

    fn configuration(&self) -> String {
        let (folder, port) = (self.folder.display(), self.port);
        let mut text = format!(
            "options {{\n\
             directory \"{folder}\";\n\
             listen-on port {port} {{ 127.0.0.1; }};\n\
             listen-on-v6 {{ none; }};\n\
             reuseport no;\n\
             pid-file none; lock-file none; session-keyfile none;\n\
             recursion no; dnssec-validation no; empty-zones-enable no; minimal-responses yes; notify no;\n\
             }};\n\
             controls {{ }};\n"
        );
        for zone in &self.zones {
            let (name, file) = (zone.name(), sign::served(zone));
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "zone \"{name}\" {{ type primary; file \"{file}\"; }};"
            );
        }
        text
    }

    /// Until every zone has the serial of its last writing.
    fn wait_ready(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut waiting: Vec<&Zone> = self.zones.iter().collect();
        loop {
            waiting.retain(|zone| query::serial(self.address(), zone.name()) != Some(self.serial));
            if waiting.is_empty() {
                return Ok(());
            }
            let ended = match &mut self.child {
                Some(child) => child.try_wait()?.is_some(),
                None => true,
            };
            if ended || began.elapsed() > PATIENCE {
                let log = self.folder.join("log");
                let end = process::tail(&log, 20);
                bail!(
                    "named does not serve its zones; {} says:\n{end}",
                    log.display()
                );
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Already ended is fine, and there is nobody to tell about anything else.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.end();
    }
}

/// A copy of the server's program. Debian confines the original (`AppArmor`) to the system's own zones.
fn program(folder: &Path) -> anyhow::Result<PathBuf> {
    let original = process::find("named").context("named is missing (Debian: bind9)")?;
    let copy = folder.join("named");
    if !copy.is_file() {
        fs::copy(&original, &copy)
            .with_context(|| format!("{} cannot be copied", original.display()))?;
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_served_changed_and_served_again_after_a_stop() {
        let dir = tempfile::tempdir().unwrap();
        let zones = [
            Zone::signed("example"),
            Zone::new("plain.example", Signing::Unsigned).record("www TXT \"one\""),
            Zone::new("old.example", Signing::Expired),
            Zone::new("sub.registry", Signing::Nsec3OptOut),
            Zone::new("stripped", Signing::Stripped),
        ];
        let began = Instant::now();
        let mut dns = Dns::start(dir.path(), &zones).unwrap();
        eprintln!("started after {:?}", began.elapsed());
        let anchor = fs::read_to_string(dns.trust_anchor()).unwrap();
        assert!(anchor.starts_with(". IN DNSKEY 257 3 13 "), "{anchor}");
        assert_eq!(
            query::serial(dns.address(), "old.example"),
            Some(dns.serial)
        );
        assert_eq!(query::serial(dns.address(), "elsewhere"), None);

        let began = Instant::now();
        dns.publish(&[Zone::signed("elsewhere")]).unwrap();
        eprintln!("changed after {:?}", began.elapsed());
        assert_eq!(query::serial(dns.address(), "elsewhere"), Some(dns.serial));
        assert_eq!(query::serial(dns.address(), "old.example"), None);

        let address = dns.address();
        dns.stop().unwrap();
        assert_eq!(query::serial(address, "elsewhere"), None);
        dns.restart().unwrap();
        assert_eq!(query::serial(address, "elsewhere"), Some(dns.serial));
        assert_eq!(fs::read_to_string(dns.trust_anchor()).unwrap(), anchor);
    }
}
