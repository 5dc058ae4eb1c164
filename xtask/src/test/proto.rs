//! buf, from npm: the style of the protos, and that they stay compatible with the last release.

use super::runner::{Count, run};
use anyhow::{Context as _, bail};
use nsp_testbed::{process, workspace};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub fn check() -> anyhow::Result<Count> {
    let buf = buf()?;
    let command = || {
        let mut command = Command::new(&buf);
        command.current_dir(workspace().join("proto"));
        command
    };
    let mut count = run(command().arg("lint"))?;
    // Before the first release there is nothing to be compatible with.
    if let Some(release) = last_release() {
        let against = format!("../.git#tag={release},subdir=proto");
        count = count + run(command().args(["breaking", "--against", &against]))?;
    }
    Ok(count)
}

fn last_release() -> Option<String> {
    let arguments = ["tag", "--list", "v*", "--sort", "-version:refname"];
    let tags =
        process::output(Command::new("git").args(arguments).current_dir(workspace())).ok()?;
    tags.lines().next().map(str::to_owned)
}

fn buf() -> anyhow::Result<PathBuf> {
    install_packages()?;
    let platform = match std::env::consts::ARCH {
        "x86_64" => "buf-linux-x64",
        "aarch64" => "buf-linux-aarch64",
        other => bail!("there is no buf for {other} among the packages of tests/browser"),
    };
    Ok(folder()
        .join("node_modules/@bufbuild")
        .join(platform)
        .join("bin/buf"))
}

/// Where the packages from npm are: buf, Playwright and axe.
pub fn folder() -> PathBuf {
    workspace().join("tests/browser")
}

/// `npm ci`, unless it has been done for this lock file.
pub fn install_packages() -> anyhow::Result<()> {
    let folder = folder();
    let lock = fs::read_to_string(folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/.nsp-installed");
    if fs::read_to_string(&installed).is_ok_and(|text| text == lock) {
        return Ok(());
    }
    let npm = process::find("npm").context("npm is missing: install Node.js 20 or newer")?;
    // The system's browser is used; no package needs a script to install itself.
    let mut command = Command::new(npm);
    command
        .args(["ci", "--ignore-scripts", "--no-progress"])
        .current_dir(&folder);
    run(command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    fs::write(installed, lock)?;
    Ok(())
}
