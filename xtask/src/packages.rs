//! Programs from the system's package manager, installed when they are missing.

use anyhow::{Context as _, bail};
use nsp_testbed::process;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Stdio};

/// A package and how to see that it is there.
#[derive(Debug)]
pub struct Package {
    name: &'static str,
    present: fn() -> bool,
}

/// What running the stack takes.
pub const RUN: [Package; 3] = [
    Package {
        name: "postgresql",
        present: nsp_testbed::postgres_is_installed,
    },
    Package {
        name: "nats-server",
        present: || process::find("nats-server").is_some(),
    },
    Package {
        name: "bind9",
        present: nsp_testbed::dns::is_installed,
    },
];

/// What browser tests take besides.
pub const BROWSER: [Package; 1] = [Package {
    name: "chromium",
    present: || process::find("chromium").is_some(),
}];

/// What the edge is measured against.
pub const NGINX: [Package; 1] = [Package {
    name: "nginx",
    present: || process::find("nginx").is_some(),
}];

/// Installs what is missing, or says what to install.
pub fn ensure(packages: &[Package]) -> anyhow::Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|package| !(package.present)())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let Some(rights) = rights() else {
        bail!(
            "these programs are missing: {list}. Install them (Debian: \
             `sudo apt-get install --no-install-recommends {list}`) and try again"
        );
    };
    println!("  installing {list}");
    apt(&rights, &["update", "--quiet"])?;
    let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    install.extend(&missing);
    without_servers(&rights, || {
        if missing.contains(&"postgresql") {
            without_a_system_cluster(&rights, || apt(&rights, &install))
        } else {
            apt(&rights, &install)
        }
    })?;
    for (package, unit) in [("bind9", "named.service"), ("nginx", "nginx.service")] {
        if missing.contains(&package) {
            stay_off(&rights, unit);
        }
    }
    match packages.iter().find(|package| !(package.present)()) {
        Some(package) => bail!("{} was installed but cannot be found", package.name),
        None => Ok(()),
    }
}

/// The beginning of a command with the rights to install: nothing as root, else `sudo`.
fn rights() -> Option<Vec<&'static str>> {
    process::find("apt-get")?;
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        return Some(Vec::new());
    }
    process::find("sudo")?;
    let allowed = Command::new("sudo")
        .args(["-n", "true"])
        .stderr(Stdio::null())
        .status();
    allowed
        .is_ok_and(|status| status.success())
        .then(|| vec!["sudo", "-n"])
}

fn privileged(rights: &[&str], program: &str) -> Command {
    let mut words = rights.iter().copied().chain([program]);
    // There is always the program.
    let mut command = Command::new(words.next().unwrap_or(program));
    command.args(words).stdin(Stdio::null());
    command
}

fn apt(rights: &[&str], arguments: &[&str]) -> anyhow::Result<()> {
    // Through `env`, because sudo does not pass the environment on.
    let status = privileged(rights, "env")
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(arguments)
        .status()
        .context("apt-get cannot be started")?;
    if !status.success() {
        bail!("`apt-get {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// Runs `install` so that no package starts a server of the system: we start private ones, and the usual ports may be
/// taken. A machine that already has such a rule (containers do) keeps it.
fn without_servers(
    rights: &[&str],
    install: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    const RULE: &str = "/usr/sbin/policy-rc.d";
    if fs::symlink_metadata(RULE).is_ok() {
        return install();
    }
    let sh = |script: &str| {
        let status = privileged(rights, "sh")
            .args(["-c", script, "sh", RULE])
            .status();
        if !status.context("sh cannot be started")?.success() {
            bail!("{RULE} cannot be changed");
        }
        Ok(())
    };
    sh("printf '#!/bin/sh\nexit 101\n' >\"$1\" && chmod 755 \"$1\"")?;
    let installed = install();
    sh("rm -f \"$1\"")?;
    installed
}

/// Keeps a server that we just installed for its program from starting with the machine.
fn stay_off(rights: &[&str], unit: &str) {
    // Without systemd there is nothing to switch off.
    let _ = privileged(rights, "systemctl")
        .args(["disable", "--quiet", unit])
        .stderr(Stdio::null())
        .status();
}

/// Debian's package makes and starts a server of its own on port 5432 unless told not to. Told so
/// while `install` runs, and not longer: what the machine's owner installs later is not our business.
fn without_a_system_cluster(
    rights: &[&str],
    install: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    const FILE: &str = "/etc/postgresql-common/createcluster.d/nsp.conf";
    let sh = |script: &str| {
        let status = privileged(rights, "sh")
            .args(["-c", script, "sh", FILE])
            .status();
        if !status.context("sh cannot be started")?.success() {
            bail!("{FILE} cannot be changed");
        }
        Ok(())
    };
    sh("mkdir -p \"$(dirname \"$1\")\" && echo 'create_main_cluster = false' >\"$1\"")?;
    let installed = install();
    sh("rm -f \"$1\" && { rmdir \"$(dirname \"$1\")\" 2>/dev/null || true; }")?;
    installed
}
