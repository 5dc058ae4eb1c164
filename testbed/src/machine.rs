//! Machines that come to the mTLS edge: self-signed certificates, and the TLSA records that vouch for them.

use crate::secret;
use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, PublicKeyData as _, date_time_ymd,
};
use std::fs;
use std::path::{Path, PathBuf};

/// A client certificate in files. Nobody but the DNS vouches for it.
#[derive(Clone, Debug)]
pub struct Machine {
    pub host: String,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// As in a zone file, without the owner's name.
    tlsa: String,
}

impl Machine {
    /// The machine with this host name in a folder. Its files are made if there are none.
    pub fn open(folder: &Path, host: &str) -> anyhow::Result<Self> {
        let certificate = folder.join(format!("{host}.pem"));
        let key = folder.join(format!("{host}.key"));
        if !certificate.is_file() || !key.is_file() {
            let pair = KeyPair::generate()?;
            secret::write(&key, &pair.serialize_pem())?;
            fs::write(&certificate, params(host)?.self_signed(&pair)?.pem())?;
        }
        let pair = KeyPair::from_pem(&fs::read_to_string(&key)?)
            .with_context(|| format!("{} is not a private key", key.display()))?;
        let hash = digest(&SHA256, &pair.subject_public_key_info());
        Ok(Self {
            host: host.to_owned(),
            certificate,
            key,
            tlsa: format!("TLSA 3 1 1 {}", secret::hex(hash.as_ref())),
        })
    }

    /// The record to be published in the host's zone.
    pub fn record(&self) -> String {
        format!("{}. {}", self.host, self.tlsa)
    }
}

fn params(host: &str) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new([host.to_owned()])
        .with_context(|| format!("{host:?} is not a DNS name"))?;
    params.distinguished_name.push(DnType::CommonName, host);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    // Longer than a checkout lives.
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_stays_who_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let machine = Machine::open(dir.path(), "rri.example.net").unwrap();
        let again = Machine::open(dir.path(), "rri.example.net").unwrap();
        assert_eq!(machine.record(), again.record());
        let other = Machine::open(dir.path(), "other.example.net").unwrap();
        assert_ne!(machine.tlsa, other.tlsa);
        let record = machine.record();
        let hash = record.strip_prefix("rri.example.net. TLSA 3 1 1 ").unwrap();
        assert_eq!(hash.len(), 64);
        fs::remove_file(&machine.key).unwrap();
        let new = Machine::open(dir.path(), "rri.example.net").unwrap();
        assert_ne!(machine.tlsa, new.tlsa, "without its key it is another");
    }
}
