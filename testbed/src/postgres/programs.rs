//! Where PostgreSQL's programs are.

use crate::process;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest release the services run on.
const OLDEST: u32 = 15;

/// The programs of one release.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    pub version: u32,
}

impl Programs {
    /// The newest release found, or the one that wrote existing data.
    pub fn find(data_version: Option<u32>) -> anyhow::Result<Self> {
        let mut all = installed();
        all.retain(|programs| programs.version >= OLDEST);
        all.sort_by_key(|programs| programs.version);
        match data_version {
            Some(version) => all
                .into_iter()
                .find(|p| p.version == version)
                .with_context(|| {
                    format!(
                        "the data were written by PostgreSQL {version}, which is not installed: \
                     install it, or forget the data with `cargo xtask down --wipe`"
                    )
                }),
            None => all.pop().with_context(|| {
                format!("PostgreSQL {OLDEST} or newer is missing (Debian: postgresql)")
            }),
        }
    }

    pub fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// The client, from `PATH` or from beside the server.
pub fn psql() -> PathBuf {
    let beside = || Some(Programs::find(None).ok()?.path("psql"));
    process::find("psql")
        .or_else(beside)
        .unwrap_or_else(|| "psql".into())
}

/// Debian keeps servers in a folder for each release and only clients in `PATH`.
fn installed() -> Vec<Programs> {
    let releases = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let debian = releases.map(|release| release.path().join("bin"));
    // A link in PATH leads to the folder with its siblings.
    let linked = process::find("initdb").and_then(|file| file.canonicalize().ok());
    let linked = linked.and_then(|file| file.parent().map(Path::to_owned));
    debian.chain(linked).filter_map(look).collect()
}

fn look(folder: PathBuf) -> Option<Programs> {
    if !folder.join("initdb").is_file() {
        return None;
    }
    let text = process::output(Command::new(folder.join("postgres")).arg("--version")).ok()?;
    Some(Programs {
        folder,
        version: version(&text)?,
    })
}

/// From `postgres (PostgreSQL) 15.18 (Debian …)`.
fn version(text: &str) -> Option<u32> {
    let number = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(
            version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(version("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(version("nonsense"), None);
    }
}
