//! Random secrets, and files only their owner can read.

use anyhow::Context as _;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Random bytes from the kernel.
pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut source = File::open("/dev/urandom").context("/dev/urandom cannot be opened")?;
    source
        .read_exact(&mut bytes)
        .context("/dev/urandom cannot be read")?;
    Ok(bytes)
}

/// A random password that needs no quoting anywhere: 48 hexadecimal digits.
pub fn password() -> anyhow::Result<String> {
    let bytes: [u8; 24] = random()?;
    Ok(hex(&bytes))
}

/// Two hexadecimal digits for each byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a file with mode 0600, whole or not at all.
pub fn write(path: &Path, content: &str) -> anyhow::Result<()> {
    let draft = draft(path, content)?;
    std::fs::rename(draft, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// A file with mode 0600 beside `path`, in a folder that is made if need be.
fn draft(path: &Path, content: &str) -> anyhow::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", hex(&random::<6>()?)));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(content.as_bytes())?;
    Ok(draft.into())
}

/// Reads the secret in `path`, or makes one there. Whoever comes at the same moment gets the same one.
pub fn get_or_make(
    path: &Path,
    make: impl FnOnce() -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let draft = draft(path, &make()?)?;
            // Unlike a rename, it leaves a file alone that another process was quicker to make.
            let linked = std::fs::hard_link(&draft, path);
            std::fs::remove_file(&draft)?;
            match linked {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    Err(error).with_context(|| format!("{} cannot be written", path.display()))
                }
                _ => Ok(std::fs::read_to_string(path)?.trim().to_owned()),
            }
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_secret_is_made_once_and_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/secret");
        let first = get_or_make(&path, password).unwrap();
        assert_eq!(first.len(), 48);
        assert_eq!(
            first,
            get_or_make(&path, || unreachable!("it exists")).unwrap()
        );
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn all_who_come_at_once_get_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        let secrets: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| get_or_make(&path, password).unwrap()))
                .collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
