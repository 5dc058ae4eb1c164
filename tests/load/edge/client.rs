//! The one client of both servers: mTLS, HTTP/1.1, bytes that are made once, and answers read no further than needed, so
//! that the processors are the servers'.
//!
//! It is ours because no tool at hand chooses source addresses (a server has limits for each) or holds connections idle.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        client::Resumption,
        crypto::aws_lc_rs::{default_provider, kx_group::X25519},
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};

use super::server::Server;
use crate::{machine::Request, stack::Machine};

/// Makes connections with the machine's certificate.
#[derive(Clone)]
pub struct Client(TlsConnector);

/// A connection.
pub struct Connection {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

impl Client {
    pub fn new(machine: &Machine) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&machine.authority)?)?;
        let mut provider = default_provider();
        // Debian's OpenSSL has no post-quantum key exchange; what both have is compared.
        provider.kx_groups = vec![X25519];
        let certificate = CertificateDer::from_pem_file(&machine.certificate)?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![certificate],
                PrivateKeyDer::from_pem_file(&machine.key)?,
            )?;
        config.resumption = Resumption::disabled();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// A full handshake, from an address of 127.0.0.0/8.
    pub async fn connect(&self, server: &Server, from: Ipv4Addr) -> anyhow::Result<Connection> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = socket.connect(server.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        Ok(Connection {
            stream: self.0.connect(name, stream).await?,
            buffer: Vec::with_capacity(4096),
        })
    }
}

impl Connection {
    /// Sends a request and reads the whole answer; gives its status.
    pub async fn ask(&mut self, request: &Request) -> anyhow::Result<u16> {
        self.stream.write_all(request.0.as_bytes()).await?;
        self.stream.flush().await?;
        self.buffer.clear();
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = std::str::from_utf8(&self.buffer[..end])?;
        let status = head.split(' ').nth(1).context("a status")?.parse()?;
        let length = if request.is_head() { 0 } else { length(head)? };
        while self.buffer.len() < end + length {
            self.more().await?;
        }
        Ok(status)
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn length(head: &str) -> anyhow::Result<usize> {
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = lengths.next().context("an answer without a length")?;
    Ok(length.trim().parse()?)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
