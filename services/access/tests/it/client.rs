//! A machine: one connection, with or without a certificate, from an address of one's choice.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, SupportedProtocolVersion,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
        version::{TLS12, TLS13},
    },
};

use crate::{
    certificates::{Identity, Shows},
    harness::World,
};

/// What to ask for.
#[derive(Debug, Clone)]
pub struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Got {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

pub fn ask(method: &'static str, path: impl Into<String>) -> Ask {
    Ask {
        method,
        path: path.into(),
        headers: Vec::new(),
        body: Bytes::new(),
    }
}

impl Ask {
    pub fn basic(self, user: &str, password: &str) -> Self {
        let token = BASE64.encode(format!("{user}:{password}").as_bytes());
        self.header("authorization", format!("Basic {token}"))
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

/// How to connect.
#[derive(Debug, Clone)]
pub struct Machine {
    address: SocketAddr,
    authority: std::path::PathBuf,
    from: Option<IpAddr>,
    identity: Option<Identity>,
    version: &'static SupportedProtocolVersion,
    http2: bool,
}

impl Machine {
    /// Somebody without a certificate, from an address that every policy of these tests lets through.
    pub fn new(world: &World) -> Self {
        Self {
            address: world.address,
            authority: world.authority(),
            from: world
                .proxied
                .then(|| crate::harness::INSIDE.parse().unwrap()),
            identity: None,
            version: &TLS13,
            http2: false,
        }
    }

    pub fn showing(self, identity: &Identity) -> Self {
        Self {
            identity: Some(identity.clone()),
            ..self
        }
    }

    pub fn from(self, address: &str) -> Self {
        Self {
            from: Some(address.parse().unwrap()),
            ..self
        }
    }

    pub fn tls12(self) -> Self {
        Self {
            version: &TLS12,
            ..self
        }
    }

    pub fn http2(self) -> Self {
        Self {
            http2: true,
            ..self
        }
    }

    /// TCP, and what a proxy says first.
    pub async fn tcp(&self) -> anyhow::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await?;
        if let Some(from) = self.from {
            stream.write_all(&proxy_header(from)).await?;
        }
        Ok(stream)
    }

    pub async fn tls(&self) -> anyhow::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.authority)?)?;
        let config = ClientConfig::builder_with_protocol_versions(&[self.version])
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            Some(identity) => {
                config.with_client_cert_resolver(Arc::new(Shows(Arc::clone(&identity.key))))
            }
            None => config.with_no_client_auth(),
        };
        if self.http2 {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        let name = ServerName::try_from("localhost")?;
        Ok(TlsConnector::from(Arc::new(config))
            .connect(name, self.tcp().await?)
            .await?)
    }

    pub async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TokioIo::new(self.tls().await?);
        if self.http2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            tokio::spawn(connection);
            return Ok(Connection::Two(sender));
        }
        let (sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(connection);
        Ok(Connection::One(sender))
    }

    /// One request on a connection of its own.
    pub async fn send(&self, ask: Ask) -> anyhow::Result<Got> {
        self.connect().await?.send(ask).await
    }
}

/// An open connection.
#[derive(Debug)]
pub enum Connection {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    pub async fn send(&mut self, ask: Ask) -> anyhow::Result<Got> {
        let mut request = Request::builder().method(ask.method);
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let body = Full::new(ask.body);
        let response = match self {
            Self::One(sender) => {
                sender.ready().await?;
                let request = request.uri(ask.path).header("host", "localhost");
                sender.send_request(request.body(body)?).await?
            }
            Self::Two(sender) => {
                sender.ready().await?;
                let uri = format!("https://localhost{}", ask.path);
                sender.send_request(request.uri(uri).body(body)?).await?
            }
        };
        let (head, body) = response.into_parts();
        Ok(Got {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}

fn proxy_header(from: IpAddr) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
    match from {
        IpAddr::V4(from) => {
            header.extend([0x11, 0, 12]);
            header.extend(from.octets());
            header.extend([127, 0, 0, 1]);
        }
        IpAddr::V6(from) => {
            header.extend([0x21, 0, 36]);
            header.extend(from.octets());
            header.extend([0; 16]);
        }
    }
    header.extend([0x9c, 0x40, 0x20, 0xfb]);
    header
}
