//! Keys and signatures, made with BIND's tools, and the files that the server reads.

use super::zone::{self, Signing, Zone};
use crate::process;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// When the signatures of [`Signing::Expired`] were good.
const LONG_AGO: [&str; 4] = ["-s", "20240101000000", "-e", "20240201000000"];

/// Writes all zones, the deepest first, since a zone contains the DS records of those below it.
pub fn write(folder: &Path, zones: &[Zone], serial: u32) -> anyhow::Result<()> {
    for sub in ["keys", "ds"] {
        fs::create_dir_all(folder.join(sub))?;
    }
    let mut delegations: Vec<(&str, String, String)> = Vec::new();
    for zone in zones {
        let below: Vec<(String, String)> = delegations
            .iter()
            .filter(|(parent, ..)| *parent == zone.name())
            .map(|(_, child, ds)| (child.clone(), ds.clone()))
            .collect();
        fs::write(folder.join(unsigned(zone)), zone.file(serial, &below))?;
        let mut ds = String::new();
        if zone.has_keys() {
            let key = key(folder, zone)?;
            ds = from_key(&key)?;
            sign(folder, zone)?;
            if zone.name() == "." {
                fs::write(folder.join("trust-anchor"), records(&key)?)?;
            }
        }
        if let Some(parent) = zone::parent(zones, zone) {
            // Whoever does not sign does not vouch either.
            if !parent.has_keys() {
                ds.clear();
            }
            delegations.push((parent.name(), zone.name().to_owned(), ds));
        }
    }
    Ok(())
}

/// The file that is served, in the server's folder.
pub fn served(zone: &Zone) -> String {
    match zone.signing() {
        Signing::Unsigned | Signing::Stripped => unsigned(zone),
        _ => format!("{}.signed", unsigned(zone)),
    }
}

fn unsigned(zone: &Zone) -> String {
    match zone.name() {
        "." => "root.zone".to_owned(),
        name => format!("{name}.zone"),
    }
}

/// The file of the zone's only key (ECDSA P-256), made if there is none.
fn key(folder: &Path, zone: &Zone) -> anyhow::Result<PathBuf> {
    let keys = folder.join("keys");
    let prefix = match zone.name() {
        "." => "K.+".to_owned(),
        name => format!("K{name}.+"),
    };
    for entry in fs::read_dir(&keys)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(".key") {
            return Ok(entry.path());
        }
    }
    let made = tool("dnssec-keygen")?
        .args(["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "-K"])
        .arg(&keys)
        .arg(zone.name())
        .run()?;
    Ok(keys.join(format!("{}.key", made.trim())))
}

/// The DS record that the parent needs.
fn from_key(key: &Path) -> anyhow::Result<String> {
    tool("dnssec-dsfromkey")?.args(["-2"]).arg(key).run()
}

fn sign(folder: &Path, zone: &Zone) -> anyhow::Result<()> {
    let mut tool = tool("dnssec-signzone")?
        .args(["-q", "-P", "-S", "-z", "-K"])
        .arg(folder.join("keys"))
        .arg("-d")
        .arg(folder.join("ds"));
    tool = match zone.signing() {
        Signing::Expired => tool.args(LONG_AGO),
        Signing::Nsec3OptOut => tool.args(["-3", "-", "-H", "0", "-A"]),
        Signing::Nsec | Signing::Unsigned | Signing::Stripped => tool,
    };
    let file = folder.join(unsigned(zone));
    let mut signed = file.clone().into_os_string();
    signed.push(".signed");
    tool.args(["-o", zone.name(), "-f"])
        .arg(&signed)
        .arg(&file)
        .run()?;
    Ok(())
}

/// A file without its comments.
fn records(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file)?;
    let lines = text.split_inclusive('\n');
    Ok(lines.filter(|line| !line.starts_with(';')).collect())
}

/// One of BIND's tools.
struct Tool(Command);

fn tool(name: &str) -> anyhow::Result<Tool> {
    let program =
        process::find(name).with_context(|| format!("{name} is missing (Debian: bind9)"))?;
    Ok(Tool(Command::new(program)))
}

impl Tool {
    fn args<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.0.args(arguments);
        self
    }

    fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    fn run(mut self) -> anyhow::Result<String> {
        process::output(&mut self.0)
    }
}
