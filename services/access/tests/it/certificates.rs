//! Client certificates, made by OpenSSL as its users make them.

use std::{path::Path, process::Command, sync::Arc};

use anyhow::{Context, ensure};
use nsp_dane::{Certificate, Tlsa};
use tokio_rustls::rustls::{
    SignatureScheme,
    client::ResolvesClientCert,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Identity {
    pub certificate: Certificate,
    pub key: Arc<CertifiedKey>,
}

/// How a certificate is made.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// X.509 v1, self-signed, with nothing but a common name.
    V1,
    /// With a subject alternative name and no common name.
    AlternativeName,
    /// X.509 v1, over since 2020.
    Expired,
    /// With an RSA key.
    Rsa,
}

impl Identity {
    pub fn make(kind: Kind, name: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let algorithm: &[&str] = match kind {
            Kind::Rsa => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            _ => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        };
        openssl(
            folder.path(),
            &[&["genpkey", "-out", "key.pem"], algorithm].concat(),
        )?;
        let subject = match kind {
            Kind::AlternativeName => "/O=Registry".to_owned(),
            _ => format!("/CN={name}"),
        };
        openssl(
            folder.path(),
            &[
                "req",
                "-new",
                "-key",
                "key.pem",
                "-subj",
                &subject,
                "-out",
                "request.pem",
            ],
        )?;
        let extensions = match kind {
            Kind::AlternativeName => format!("subjectAltName=DNS:{name}\n"),
            _ => String::new(),
        };
        std::fs::write(folder.path().join("extensions"), extensions)?;
        let mut sign = vec![
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-signkey",
            "key.pem",
            "-out",
            "certificate.pem",
        ];
        match kind {
            // `x509 -days` takes no past dates: a certificate of minus one day is over since yesterday.
            Kind::Expired => sign.extend(["-days", "-1"]),
            Kind::AlternativeName => sign.extend(["-days", "3650", "-extfile", "extensions"]),
            Kind::V1 | Kind::Rsa => sign.extend(["-days", "3650"]),
        }
        openssl(folder.path(), &sign)?;
        let der = CertificateDer::from_pem_file(folder.path().join("certificate.pem"))?;
        let key = PrivateKeyDer::from_pem_file(folder.path().join("key.pem"))?;
        Ok(Self {
            certificate: Certificate::from_der(&der)?,
            key: Arc::new(CertifiedKey::new(vec![der], any_supported_type(&key)?)),
        })
    }

    /// The record that vouches for it: `3 1 1`.
    pub fn tlsa(&self) -> Tlsa {
        Tlsa::of(&self.certificate, 3, 1, 1).unwrap()
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .context("openssl")?;
    let problem = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl {arguments:?}: {problem}");
    Ok(())
}

/// Shows one certificate, whatever rustls thinks of it.
#[derive(Debug)]
pub struct Shows(pub Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
