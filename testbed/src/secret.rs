//! Random secrets, and files only their owner can read.

use anyhow::Context as _;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a file with mode 0600, whole or not at all.
pub fn write(path: &Path, content: &str) -> anyhow::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", hex(&random::<6>()?)));
    let draft = Path::new(&draft);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(content.as_bytes())?;
    std::fs::rename(draft, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// Reads the secret in `path`, or makes one there.
pub fn get_or_make(
    path: &Path,
    make: impl FnOnce() -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = make()?;
            write(path, &secret)?;
            Ok(secret)
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
        let path = dir.path().join("secret");
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
}
