//! Mutual TLS between services, with certificates that are read again when their files change.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
        server::WebPkiClientVerifier,
    },
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use crate::config::Tls;

const HANDSHAKE: Duration = Duration::from_secs(5);
const CHECK_FILES: Duration = Duration::from_secs(2);
const WAITING_CONNECTIONS: usize = 64;

type Connection = tokio_rustls::server::TlsStream<TcpStream>;

/// This service's certificate and the authority it trusts.
#[derive(Debug)]
pub struct Certificates {
    files: Tls,
    current: RwLock<Loaded>,
}

#[derive(Debug, Clone)]
struct Loaded {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    changed: Option<SystemTime>,
}

impl Certificates {
    /// Reads the files once; a start without them fails.
    pub fn load(files: &Tls) -> anyhow::Result<Arc<Self>> {
        let current = RwLock::new(read(files)?);
        Ok(Arc::new(Self {
            files: files.clone(),
            current,
        }))
    }

    /// Looks for changed files, for ever. Connections that exist go on; new ones use the new certificate. Files that
    /// do not fit together (a rollout writes one after the other) leave the old ones in use.
    pub async fn reload(&self) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(CHECK_FILES).await;
            if last_change(&self.files) == self.current().changed {
                continue;
            }
            match read(&self.files) {
                Ok(loaded) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
                    tracing::info!("certificates reloaded");
                }
                Err(error) => tracing::warn!(
                    ?error,
                    "the new certificates are not usable; the old ones stay"
                ),
            }
        }
    }

    /// Accepts connections of those who show a certificate of our authority, until `stop` is cancelled.
    pub fn accept(
        self: Arc<Self>,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> ReceiverStream<std::io::Result<Connection>> {
        let (connections, incoming) = tokio::sync::mpsc::channel(WAITING_CONNECTIONS);
        tokio::spawn(async move {
            loop {
                let stream = tokio::select! {
                    () = stop.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                let Ok((stream, peer)) = stream else {
                    // Out of file descriptors, say: the next connection may do better.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let acceptor = TlsAcceptor::from(self.current().server);
                let connections = connections.clone();
                tokio::spawn(async move {
                    let _ = stream.set_nodelay(true);
                    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        Ok(Ok(stream)) => drop(connections.send(Ok(stream)).await),
                        Ok(Err(error)) => tracing::info!(%peer, %error, "TLS handshake refused"),
                        Err(_) => tracing::info!(%peer, "TLS handshake too slow"),
                    }
                });
            }
        });
        ReceiverStream::new(incoming)
    }

    /// Connects to a service, whose certificate must carry its name.
    pub(crate) async fn connect(
        &self,
        service: &'static str,
        address: &str,
    ) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(service).map_err(std::io::Error::other)?;
        TlsConnector::from(self.current().client)
            .connect(name, stream)
            .await
    }

    fn current(&self) -> Loaded {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn read(files: &Tls) -> anyhow::Result<Loaded> {
    let changed = last_change(files);
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(&files.ca).with_context(|| path(&files.ca, "tls.ca"))?
    {
        roots.add(certificate.context("tls.ca")?)?;
    }
    let roots = Arc::new(roots);
    let chain: Vec<_> = CertificateDer::pem_file_iter(&files.certificate)
        .with_context(|| path(&files.certificate, "tls.certificate"))?
        .collect::<Result<_, _>>()
        .context("tls.certificate")?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).with_context(|| path(&files.key, "tls.key"))?;

    let verifier = WebPkiClientVerifier::builder(Arc::clone(&roots)).build()?;
    let mut server = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain.clone(), key.clone_key())?;
    server.alpn_protocols = vec![b"h2".to_vec()];
    let mut client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    client.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Loaded {
        server: Arc::new(server),
        client: Arc::new(client),
        changed,
    })
}

fn path(file: &std::path::Path, setting: &str) -> String {
    format!("{setting} = {}", file.display())
}

fn last_change(files: &Tls) -> Option<SystemTime> {
    [&files.ca, &files.certificate, &files.key]
        .into_iter()
        .filter_map(|file| {
            std::fs::metadata(file)
                .and_then(|about| about.modified())
                .ok()
        })
        .max()
}
