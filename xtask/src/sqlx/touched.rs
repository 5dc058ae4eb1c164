//! Makes source files look new to cargo, and old again.

use anyhow::ensure;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Cargo does not know that the macros depend on the database, so the roots of all crates must look new.
pub struct Touched(Vec<Root>);

struct Root {
    path: PathBuf,
    before: SystemTime,
    since: SystemTime,
}

impl Touched {
    pub fn all_of(service: &Path) -> anyhow::Result<Self> {
        let mut paths = vec![service.join("src/lib.rs"), service.join("src/main.rs")];
        for folder in ["tests", "examples", "benches"] {
            let entries = fs::read_dir(service.join(folder))
                .into_iter()
                .flatten()
                .flatten();
            for entry in entries {
                paths.push(entry.path());
                paths.push(entry.path().join("main.rs"));
            }
        }
        paths.retain(|path| path.is_file() && path.extension().is_some_and(|e| e == "rs"));
        let before = paths
            .iter()
            .map(|path| modified(path))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let status = Command::new("touch").args(&paths).status()?;
        ensure!(status.success(), "touch failed");
        let roots = paths.into_iter().zip(before).map(|(path, before)| {
            let since = modified(&path)?;
            Ok(Root {
                path,
                before,
                since,
            })
        });
        roots.collect::<anyhow::Result<_>>().map(Self)
    }

    /// Nothing came of it: what was compiled before is still good, unless somebody wrote to a file meanwhile.
    pub fn undo(&self) -> anyhow::Result<()> {
        for Root {
            path,
            before,
            since,
        } in &self.0
        {
            if modified(path)? == *since {
                fs::File::options()
                    .append(true)
                    .open(path)?
                    .set_modified(*before)?;
            }
        }
        Ok(())
    }
}

fn modified(path: &Path) -> anyhow::Result<SystemTime> {
    Ok(fs::metadata(path)?.modified()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn touching_can_be_undone_unless_somebody_wrote() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        let (lib, main) = (
            dir.path().join("src/lib.rs"),
            dir.path().join("src/main.rs"),
        );
        let old = SystemTime::UNIX_EPOCH + Duration::from_hours(1000);
        for path in [&lib, &main] {
            fs::write(path, "").unwrap();
            fs::File::options()
                .append(true)
                .open(path)
                .unwrap()
                .set_modified(old)
                .unwrap();
        }
        let touched = Touched::all_of(dir.path()).unwrap();
        assert!(modified(&lib).unwrap() > old);
        let newer = modified(&main).unwrap() + Duration::from_secs(1);
        fs::File::options()
            .append(true)
            .open(&main)
            .unwrap()
            .set_modified(newer)
            .unwrap();
        touched.undo().unwrap();
        assert_eq!(
            (modified(&lib).unwrap(), modified(&main).unwrap()),
            (old, newer)
        );
    }
}
