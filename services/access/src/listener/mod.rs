//! Connections: PROXY protocol, TLS, HTTP/1.1 or HTTP/2, and everything that ends them.

pub mod limits;
mod proxy;
mod pulse;
mod tls;
mod verifier;

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use http::{Request, Response};
use hyper::{body::Incoming, rt::Read, rt::Write, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use nsp_dane::Certificate;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep_until, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    limits::{Full, Seat, Seats},
    pulse::{Felt, Patience, Pulse},
};
pub use self::{pulse::InFlight, tls::ServerCertificate};
use crate::{
    config::{Limits, Server},
    http::Body,
    policy::prefixes::Prefixes,
};

/// How long a connection that was told to end may take to do so.
const FAREWELL: Duration = Duration::from_secs(1);
/// Streams that a client may open and cancel before it counts as an attack.
const RESET_STREAMS: usize = 32;
/// hyper takes no less for the headers of HTTP/1.1, and would panic at the first connection.
const LEAST_BUFFER: usize = 8_192;

const STOPPING: &str = "stopping";

/// What is known of a connection before its first request.
#[derive(Debug)]
pub struct Peer {
    /// The client's address, behind any proxy.
    pub address: IpAddr,
    /// It holds the key of this one.
    pub certificate: Option<Certificate>,
}

/// Answers requests.
pub trait Handler: Send + Sync + 'static {
    /// What belongs to one connection.
    type Connection: Send + Sync + 'static;

    fn connected(self: &Arc<Self>, peer: Peer) -> Self::Connection;

    fn handle(
        self: &Arc<Self>,
        connection: &Arc<Self::Connection>,
        request: Request<Incoming>,
        in_flight: InFlight,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Accepts connections until it is told to stop, and then lets what is in flight finish.
pub struct Listener<H: Handler> {
    handler: Arc<H>,
    certificate: Arc<ServerCertificate>,
    trusted_proxies: Prefixes,
    limits: Limits,
    seats: Arc<Seats>,
    stop: CancellationToken,
}

impl<H: Handler> Listener<H> {
    pub fn new(
        handler: Arc<H>,
        certificate: Arc<ServerCertificate>,
        server: &Server,
        limits: Limits,
        stop: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            handler,
            certificate,
            trusted_proxies: Prefixes::new(server.trusted_proxies.iter().copied()),
            seats: Seats::new(limits.connections, limits.connections_per_address),
            limits,
            stop,
        })
    }

    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> anyhow::Result<()> {
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, peer)) = accepted else {
                // Out of file descriptors, say: the next connection may do better.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Ok(seat) = self.seats.take() else {
                ended("too_many");
                continue;
            };
            let listener = Arc::clone(&self);
            connections.spawn(async move { listener.connection(stream, peer, seat).await });
        }
        drop(listener);
        connections.close();
        let drain = Duration::from_secs(self.limits.drain_seconds);
        if timeout(drain, connections.wait()).await.is_err() {
            tracing::warn!("requests were still in flight when the time to drain was over");
        }
        Ok(())
    }

    async fn connection(&self, stream: TcpStream, peer: SocketAddr, mut seat: Seat) {
        let _ = stream.set_nodelay(true);
        let handshake = Duration::from_secs(self.limits.handshake_seconds);
        let shaken = timeout(handshake, self.handshake(stream, peer.ip(), &mut seat));
        let shaken = tokio::select! {
            () = self.stop.cancelled() => return,
            shaken = shaken => shaken,
        };
        let (stream, address) = match shaken {
            Ok(Ok(shaken)) => shaken,
            Ok(Err(refused)) => {
                tracing::info!(%peer, reason = refused.word(), %refused, "connection refused");
                return ended(refused.word());
            }
            Err(_) => {
                tracing::info!(%peer, "TLS handshake too slow");
                return ended("slow_handshake");
            }
        };
        let (_, session) = stream.get_ref();
        let certificate = session.peer_certificates().and_then(|chain| chain.first());
        let certificate = certificate.and_then(|der| Certificate::from_der(der).ok());
        let http2 = session.alpn_protocol() == Some(b"h2");
        let pulse = Pulse::new();
        let peer = Peer {
            address,
            certificate,
        };
        let connection = Arc::new(self.handler.connected(peer));
        let why = if http2 {
            // Frames that are no requests keep coming and going, so that only requests count.
            self.http2(TokioIo::new(stream), &connection, &pulse).await
        } else {
            let stream = Felt {
                stream,
                pulse: pulse.clone(),
            };
            self.http1(TokioIo::new(stream), &connection, &pulse).await
        };
        ended(why);
    }

    async fn handshake(
        &self,
        mut stream: TcpStream,
        peer: IpAddr,
        seat: &mut Seat,
    ) -> Result<(TlsStream<TcpStream>, IpAddr), Refused> {
        let mut address = peer.to_canonical();
        if self.trusted_proxies.contains(address) {
            match proxy::read(&mut stream).await.map_err(Refused::Proxy)? {
                proxy::Header::From(client) => address = client.ip().to_canonical(),
                proxy::Header::Local => {}
            }
        }
        seat.of(address).map_err(Refused::Full)?;
        let acceptor = TlsAcceptor::from(self.certificate.current());
        let stream = acceptor.accept(stream).await.map_err(Refused::Tls)?;
        Ok((stream, address))
    }

    async fn http1<S: Read + Write + Unpin>(
        &self,
        stream: S,
        connection: &Arc<H::Connection>,
        pulse: &Pulse,
    ) -> &'static str {
        let service = service_fn(|request| self.answer(connection, pulse, request));
        let serving = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            // The pulse counts headers' time from their first byte; hyper would count from the answer before.
            .header_read_timeout(None)
            .max_buf_size(self.limits.header_bytes.max(LEAST_BUFFER))
            .serve_connection(stream, service);
        tokio::pin!(serving);
        let why = tokio::select! {
            result = serving.as_mut() => return outcome(&result),
            why = self.over(pulse) => why,
        };
        serving.as_mut().graceful_shutdown();
        self.farewell(pulse, why, serving).await
    }

    async fn http2<S: Read + Write + Unpin>(
        &self,
        stream: S,
        connection: &Arc<H::Connection>,
        pulse: &Pulse,
    ) -> &'static str {
        // The task of a stream outlives this borrow, so that it gets what it needs.
        let (handler, connection, beat) = (
            Arc::clone(&self.handler),
            Arc::clone(connection),
            pulse.clone(),
        );
        let service = service_fn(move |request| {
            let (handler, connection, in_flight) = (
                Arc::clone(&handler),
                Arc::clone(&connection),
                beat.request(),
            );
            async move { Ok::<_, Infallible>(handler.handle(&connection, request, in_flight).await) }
        });
        let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.limits.streams)
            .max_header_list_size(u32::try_from(self.limits.header_bytes).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(RESET_STREAMS)
            .max_send_buf_size(64 * 1024)
            .serve_connection(stream, service);
        tokio::pin!(serving);
        let why = tokio::select! {
            result = serving.as_mut() => return outcome(&result),
            why = self.over(pulse) => why,
        };
        serving.as_mut().graceful_shutdown();
        self.farewell(pulse, why, serving).await
    }

    /// Ends a connection politely: at once where its time is over, and with what is in flight where ours is.
    async fn farewell<E>(
        &self,
        pulse: &Pulse,
        why: &'static str,
        serving: impl Future<Output = Result<(), E>>,
    ) -> &'static str {
        let end = async {
            if why == STOPPING {
                let patience = Patience {
                    header: FAREWELL,
                    idle: FAREWELL,
                    ..self.patience()
                };
                until_over(pulse, patience).await;
            } else {
                tokio::time::sleep(FAREWELL).await;
            }
        };
        tokio::select! {
            _ = serving => {}
            () = end => {}
        }
        why
    }

    async fn answer(
        &self,
        connection: &Arc<H::Connection>,
        pulse: &Pulse,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        Ok(self
            .handler
            .handle(connection, request, pulse.request())
            .await)
    }

    /// Waits until the connection's time is over, or all connections' is.
    async fn over(&self, pulse: &Pulse) -> &'static str {
        tokio::select! {
            () = self.stop.cancelled() => STOPPING,
            over = until_over(pulse, self.patience()) => match over {
                pulse::Over::Idle => "idle",
                pulse::Over::SlowHeaders => "slow_headers",
                pulse::Over::SlowRequest => "slow_request",
            },
        }
    }

    fn patience(&self) -> Patience {
        Patience {
            header: Duration::from_secs(self.limits.header_seconds),
            request: Duration::from_secs(self.limits.request_seconds),
            idle: Duration::from_secs(self.limits.idle_seconds),
        }
    }
}

async fn until_over(pulse: &Pulse, patience: Patience) -> pulse::Over {
    loop {
        let (deadline, over) = pulse.deadline(&patience);
        let now = tokio::time::Instant::now();
        if deadline <= now {
            return over;
        }
        // It may come nearer meanwhile: by the first byte of a request.
        sleep_until(deadline.min(now + patience.header)).await;
    }
}

fn outcome<E>(result: &Result<(), E>) -> &'static str {
    if result.is_ok() { "closed" } else { "broken" }
}

fn ended(why: &'static str) {
    metrics::counter!("nsp_access_connections_ended", "why" => why).increment(1);
}

/// Why a connection did not come to its first request.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the trusted proxy sent {0}")]
    Proxy(std::io::Error),
    #[error("there are too many connections")]
    Full(Full),
    #[error("{0}")]
    Tls(std::io::Error),
}

impl Refused {
    const fn word(&self) -> &'static str {
        match self {
            Self::Proxy(_) => "bad_proxy_header",
            Self::Full(Full::All) => "too_many",
            Self::Full(Full::Address) => "too_many_of_address",
            Self::Tls(_) => "tls",
        }
    }
}
