//! The certificate that machines see, read again when its files change.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::Context;
use arc_swap::ArcSwap;
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::NoServerSessionStorage,
};

use super::verifier::AnyCertificate;

const CHECK_FILES: Duration = Duration::from_secs(2);

/// The edge's certificate, as rustls wants it.
#[derive(Debug)]
pub struct ServerCertificate {
    certificate: PathBuf,
    key: PathBuf,
    current: ArcSwap<ServerConfig>,
}

impl ServerCertificate {
    /// Reads the files once; a start without them fails.
    pub fn load(certificate: &Path, key: &Path) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: ArcSwap::from_pointee(read(certificate, key)?),
        }))
    }

    pub fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }

    /// Looks for changed files, for ever. Files that do not fit together leave the old ones in use.
    pub async fn reload(&self) -> anyhow::Result<()> {
        let mut seen = self.last_change();
        loop {
            tokio::time::sleep(CHECK_FILES).await;
            let now = self.last_change();
            if now == seen {
                continue;
            }
            match read(&self.certificate, &self.key) {
                Ok(config) => {
                    seen = now;
                    self.current.store(Arc::new(config));
                    tracing::info!("the edge's certificate was reloaded");
                }
                Err(error) => {
                    tracing::warn!(
                        ?error,
                        "the edge's new certificate is not usable; the old one stays"
                    );
                }
            }
        }
    }

    fn last_change(&self) -> Option<SystemTime> {
        let files = [&self.certificate, &self.key].into_iter();
        let times =
            files.filter_map(|file| std::fs::metadata(file).and_then(|f| f.modified()).ok());
        times.max()
    }
}

fn read(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let file = |setting: &str, path: &Path| format!("{setting} = {}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .with_context(|| file("server.certificate", certificate))?
        .collect::<Result<_, _>>()
        .with_context(|| file("server.certificate", certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| file("server.key", key))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = AnyCertificate::new(provider.signature_verification_algorithms);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Whoever comes again proves the key again: machines keep their connections, and tickets cost more than they save.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}
