//! Secrets at rest: sealed with AES-256-GCM under a key from the configuration, which can be changed without downtime.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac, rand,
};
use data_encoding::{BASE64, HEXLOWER};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

const KEY_LEN: usize = 32;
/// Bytes of a key's id: enough to tell the few keys of an installation apart.
const ID_LEN: usize = 8;

/// The keys that seal. To change them, put the present one into `previous`, and a new one into `current`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// 32 random bytes in base 64 (`openssl rand -base64 32`); seals and opens.
    pub current: SecretString,
    /// Keys of before; they only open.
    #[serde(default)]
    pub previous: Vec<SecretString>,
}

/// Something sealed, and the id of the key that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub key: String,
    /// Nonce, then ciphertext with its tag.
    pub bytes: Vec<u8>,
}

/// Something sealed under a data key of its own, which is sealed under a key of the configuration. To change that key, only
/// the data key is sealed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub data_key: Sealed,
    /// Nonce, then ciphertext with its tag.
    pub bytes: Vec<u8>,
}

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the key it was sealed with is not in the configuration (keys.previous)")]
    UnknownKey,
    #[error("it was changed, or sealed for something else")]
    Broken,
    #[error("the random number generator failed")]
    Random,
}

/// The keys that seal and open. Not printable.
pub struct Keyring {
    current: Key,
    previous: Vec<Key>,
}

/// One master key. It is used for nothing itself: what encrypts and what signs are derived from it, each for its purpose.
struct Key {
    id: String,
    master: hmac::Key,
    aead: LessSafeKey,
}

impl Keyring {
    /// Reads the keys. A key of the wrong form stops the start, and its setting is named.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let previous = config.previous.iter();
        Ok(Self {
            current: Key::parse("keys.current", &config.current)?,
            previous: previous
                .map(|key| Key::parse("keys.previous", key))
                .collect::<anyhow::Result<_>>()?,
        })
    }

    /// Seals `plain` under the current key. It opens only with the same `context`, such as the id of its row: a sealed
    /// value that is copied to another row does not open there.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Sealed, SealError> {
        Ok(Sealed {
            key: self.current.id.clone(),
            bytes: seal(&self.current.aead, plain, context)?,
        })
    }

    /// Opens what was sealed with the same `context`, under the current key or a previous one.
    pub fn open(&self, sealed: &Sealed, context: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self
            .keys()
            .find(|key| key.id == sealed.key)
            .ok_or(SealError::UnknownKey)?;
        open(&key.aead, &sealed.bytes, context)
    }

    /// As [`Keyring::seal`], under a new data key.
    pub fn enclose(&self, plain: &[u8], context: &[u8]) -> Result<Envelope, SealError> {
        let mut data_key = [0; KEY_LEN];
        rand::fill(&mut data_key).map_err(|_| SealError::Random)?;
        Ok(Envelope {
            data_key: self.seal(&data_key, context)?,
            bytes: seal(&aead(&data_key)?, plain, context)?,
        })
    }

    /// Opens what was enclosed with the same `context`.
    pub fn disclose(&self, envelope: &Envelope, context: &[u8]) -> Result<Vec<u8>, SealError> {
        let data_key = self.open(&envelope.data_key, context)?;
        open(&aead(&data_key)?, &envelope.bytes, context)
    }

    /// Whether `sealed` is under the current key. What is not should be sealed again.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.key == self.current.id
    }

    /// The id of the current key.
    pub fn current_id(&self) -> &str {
        &self.current.id
    }

    /// A tag (HMAC-SHA-256) that only we can make for `data`; tags of different purposes have nothing in common.
    pub fn tag(&self, purpose: &str, data: &[u8]) -> [u8; KEY_LEN] {
        let mut tag = [0; KEY_LEN];
        let key = self.current.derive(purpose);
        tag.copy_from_slice(hmac::sign(&key, data).as_ref());
        tag
    }

    /// Whether `tag` was made by [`Keyring::tag`] under the current key or a previous one. Takes the same time for every
    /// tag that is wrong.
    pub fn verify_tag(&self, purpose: &str, data: &[u8], tag: &[u8]) -> bool {
        self.keys()
            .any(|key| hmac::verify(&key.derive(purpose), data, tag).is_ok())
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

fn aead(key: &[u8]) -> Result<LessSafeKey, SealError> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| SealError::Broken)
}

fn seal(key: &LessSafeKey, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).map_err(|_| SealError::Random)?;
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(context),
        &mut body,
    )
    .map_err(|_| SealError::Broken)?;
    let mut bytes = nonce.to_vec();
    bytes.append(&mut body);
    Ok(bytes)
}

fn open(key: &LessSafeKey, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, body) = bytes.split_at_checked(NONCE_LEN).ok_or(SealError::Broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Broken)?;
    let mut body = body.to_vec();
    let plain = key
        .open_in_place(nonce, Aad::from(context), &mut body)
        .map_err(|_| SealError::Broken)?;
    Ok(plain.to_vec())
}

impl Key {
    fn parse(setting: &str, text: &SecretString) -> anyhow::Result<Self> {
        let bytes = BASE64.decode(text.expose_secret().as_bytes());
        let bytes = bytes.ok().filter(|bytes| bytes.len() == KEY_LEN);
        let bytes =
            bytes.ok_or_else(|| anyhow::anyhow!("{setting} must be 32 bytes in base 64"))?;
        let master = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let sealing = hmac::sign(&master, b"seal");
        let aead =
            aead(sealing.as_ref()).map_err(|_| anyhow::anyhow!("{setting} cannot be used"))?;
        let id = hmac::sign(&master, b"id");
        Ok(Self {
            id: HEXLOWER.encode(&id.as_ref()[..ID_LEN]),
            aead,
            master,
        })
    }

    fn derive(&self, purpose: &str) -> hmac::Key {
        let derived = hmac::sign(&self.master, format!("tag:{purpose}").as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({})", self.current.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> SecretString {
        BASE64.encode(&[byte; KEY_LEN]).into()
    }

    fn keyring(current: u8, previous: &[u8]) -> Keyring {
        let previous = previous.iter().map(|byte| secret(*byte)).collect();
        Keyring::new(&Config {
            current: secret(current),
            previous,
        })
        .unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_in_its_context_and_unchanged() {
        let keys = keyring(1, &[]);
        let mut sealed = keys.seal(b"secret", b"row 1").unwrap();
        assert_eq!(keys.open(&sealed, b"row 1").unwrap(), b"secret");
        assert_eq!(keys.open(&sealed, b"row 2"), Err(SealError::Broken));
        assert_ne!(keys.seal(b"secret", b"row 1").unwrap(), sealed);
        sealed.bytes[20] ^= 1;
        assert_eq!(keys.open(&sealed, b"row 1"), Err(SealError::Broken));
        sealed.bytes.truncate(5);
        assert_eq!(keys.open(&sealed, b"row 1"), Err(SealError::Broken));
    }

    #[test]
    fn a_previous_key_opens_but_does_not_seal() {
        let sealed = keyring(1, &[]).seal(b"secret", b"").unwrap();
        let rotated = keyring(2, &[1]);
        assert_eq!(rotated.open(&sealed, b"").unwrap(), b"secret");
        assert!(!rotated.is_current(&sealed));
        assert!(rotated.is_current(&rotated.seal(b"secret", b"").unwrap()));
        assert_eq!(
            keyring(2, &[]).open(&sealed, b""),
            Err(SealError::UnknownKey)
        );
    }

    #[test]
    fn an_envelope_has_a_key_of_its_own_which_alone_is_sealed_again() {
        let before = keyring(1, &[]);
        let mut envelope = before.enclose(b"secret", b"row 1").unwrap();
        assert_eq!(before.disclose(&envelope, b"row 1").unwrap(), b"secret");
        assert_eq!(before.disclose(&envelope, b"row 2"), Err(SealError::Broken));
        let other = before.enclose(b"secret", b"row 1").unwrap();
        let mixed = Envelope {
            data_key: other.data_key,
            bytes: envelope.bytes.clone(),
        };
        assert_eq!(before.disclose(&mixed, b"row 1"), Err(SealError::Broken));

        let rotated = keyring(2, &[1]);
        let data_key = rotated.open(&envelope.data_key, b"row 1").unwrap();
        envelope.data_key = rotated.seal(&data_key, b"row 1").unwrap();
        assert_eq!(
            keyring(2, &[]).disclose(&envelope, b"row 1").unwrap(),
            b"secret"
        );
    }

    #[test]
    fn a_tag_is_for_one_purpose_and_survives_rotation() {
        let tag = keyring(1, &[]).tag("reset", b"id");
        assert!(keyring(2, &[1]).verify_tag("reset", b"id", &tag));
        assert!(!keyring(1, &[]).verify_tag("invitation", b"id", &tag));
        assert!(!keyring(1, &[]).verify_tag("reset", b"other", &tag));
        assert!(!keyring(2, &[]).verify_tag("reset", b"id", &tag));
    }

    #[test]
    fn a_key_of_the_wrong_form_is_named() {
        let config = Config {
            current: "short".to_owned().into(),
            previous: Vec::new(),
        };
        let error = Keyring::new(&config).unwrap_err();
        assert!(error.to_string().contains("keys.current"), "{error}");
    }
}
