//! The development authority: certificates for services that speak only mutual TLS.

use crate::secret;
use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::fs;
use std::path::{Path, PathBuf};

/// An authority that one checkout or one test trusts, and nobody else.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate for a service and its private key, both PEM.
#[derive(Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

/// The files of one service.
#[derive(Clone, Debug)]
pub struct Files {
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    /// A new authority in memory.
    pub fn new() -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let pem = params()?.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params()?, key),
            pem,
        })
    }

    /// The authority in a folder, made if there is none.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        if certificate.is_file() && key.is_file() {
            let pem = fs::read_to_string(&certificate)?;
            let key = KeyPair::from_pem(&fs::read_to_string(&key)?)
                .with_context(|| format!("{} is not a private key", key.display()))?;
            // Name and key are all that a new certificate takes from its issuer.
            return Ok(Self {
                issuer: Issuer::new(params()?, key),
                pem,
            });
        }
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let authority = Self::new()?;
        secret::write(&key, &authority.issuer.key().serialize_pem())?;
        fs::write(&certificate, &authority.pem)?;
        // Certificates of an older authority would not be trusted.
        for old in fs::read_dir(folder)?.flatten().map(|entry| entry.path()) {
            if old != certificate && old != key {
                fs::remove_file(old)?;
            }
        }
        Ok(authority)
    }

    /// The authority's own certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate with which a service serves as `name` and `localhost`, and calls others.
    pub fn issue(&self, name: &str) -> anyhow::Result<Identity> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([name.to_owned(), "localhost".to_owned()])
            .with_context(|| format!("{name:?} is not a DNS name"))?;
        validity(&mut params);
        params.distinguished_name.push(DnType::CommonName, name);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Identity {
            certificate,
            key: key.serialize_pem(),
        })
    }

    /// The files of a service in the folder of [`Authority::open`], made if there are none.
    pub fn files(&self, folder: &Path, name: &str) -> anyhow::Result<Files> {
        let files = Files {
            authority: folder.join("ca.pem"),
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        };
        if !files.certificate.is_file() || !files.key.is_file() {
            let identity = self.issue(name)?;
            secret::write(&files.key, &identity.key)?;
            fs::write(&files.certificate, identity.certificate)?;
        }
        Ok(files)
    }
}

fn params() -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    validity(&mut params);
    params
        .distinguished_name
        .push(DnType::CommonName, "NSp development authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// Longer than a checkout lives; production certificates come from files and expire.
fn validity(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn an_authority_that_was_read_again_issues_what_the_first_certificate_vouches_for() {
        let dir = tempfile::tempdir().unwrap();
        Authority::open(dir.path()).unwrap();
        let authority = Authority::open(dir.path()).unwrap();
        let files = authority.files(dir.path(), "cases").unwrap();
        let again = authority.files(dir.path(), "cases").unwrap();
        assert_eq!(files.key, again.key);
        for purpose in ["sslserver", "sslclient"] {
            let verified = Command::new("openssl")
                .args([
                    "verify",
                    "-x509_strict",
                    "-purpose",
                    purpose,
                    "-verify_hostname",
                    "cases",
                ])
                .arg("-CAfile")
                .arg(&files.authority)
                .arg(&files.certificate)
                .output();
            // A machine without openssl checks the same through the services' own tests.
            if let Ok(output) = verified {
                assert!(output.status.success(), "{output:?}");
            }
        }
    }
}
