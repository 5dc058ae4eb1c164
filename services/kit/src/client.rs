//! Calling other services: mutual TLS, the caller's token, a deadline, a retry, and the trace.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use anyhow::Context as _;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, Uri, header::AUTHORIZATION};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tonic::{Code, Status, body::Body, transport::Endpoint};
use tower::Service;

use crate::{telemetry, tls::Certificates};

/// How long a call may take in all, retries included.
const DEADLINE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(2);
/// Waits before the second and the third try.
const BACKOFF: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// A connection to a service, made when first used and again when lost. Clones share it.
///
/// A call that meets `UNAVAILABLE` is made again. That is safe because every method of ours either only reads, or
/// carries a `request_id`, or is refused by the state that its first execution left.
#[derive(Clone)]
pub struct Channel {
    inner: tonic::transport::Channel,
    token: Option<HeaderValue>,
}

/// A connection to `service` at `uri` (`https://host:port`); the service must show a certificate with that name.
pub fn connect(
    service: &'static str,
    uri: &str,
    certificates: &Arc<Certificates>,
) -> anyhow::Result<Channel> {
    let uri: Uri = uri
        .parse()
        .with_context(|| format!("clients.{service} must be https://host:port"))?;
    let authority = uri
        .authority()
        .with_context(|| format!("clients.{service} has no host"))?;
    let address = match authority.port() {
        Some(_) => authority.as_str().to_owned(),
        None => format!("{authority}:443"),
    };
    let certificates = Arc::clone(certificates);
    // tonic would start TLS itself for https; ours is in the connector, where certificates can change.
    let connector = tower::service_fn(move |_: Uri| {
        let (certificates, address) = (Arc::clone(&certificates), address.clone());
        async move {
            certificates
                .connect(service, &address)
                .await
                .map(TokioIo::new)
        }
    });
    let inner = Endpoint::from_shared(format!("http://{service}"))?
        .connect_timeout(CONNECT)
        .keep_alive_while_idle(true)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .connect_with_connector_lazy(connector);
    Ok(Channel { inner, token: None })
}

impl Channel {
    /// The same connection, calling for the person whose token this is.
    #[must_use]
    pub fn acting(&self, token: &str) -> Self {
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok();
        if let Some(value) = &mut value {
            value.set_sensitive(true);
        }
        Self {
            inner: self.inner.clone(),
            token: value,
        }
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(())) // each try waits for the connection itself, within the deadline
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let channel = self.clone();
        Box::pin(async move {
            let answer = tokio::time::timeout(DEADLINE, channel.call_with_retry(request)).await;
            answer.unwrap_or_else(|_| {
                Err(Status::deadline_exceeded(
                    "the service did not answer in time",
                ))
            })
        })
    }
}

impl Channel {
    async fn call_with_retry(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let (mut head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        if let Some(token) = &self.token {
            head.headers.insert(AUTHORIZATION, token.clone());
        }
        if let Some(trace) =
            telemetry::current_trace().and_then(|trace| HeaderValue::try_from(trace).ok())
        {
            head.headers.insert("traceparent", trace);
        }
        let timeout = format!("{}m", DEADLINE.as_millis());
        head.headers.insert(
            "grpc-timeout",
            HeaderValue::try_from(timeout).map_err(|e| Status::internal(e.to_string()))?,
        );

        let mut waits = BACKOFF.into_iter();
        loop {
            let request = Request::from_parts(head.clone(), Body::new(Full::new(body.clone())));
            let answer = self.try_once(request).await;
            let unavailable = match &answer {
                Ok(response) => Status::from_header_map(response.headers())
                    .is_some_and(|s| s.code() == Code::Unavailable),
                Err(status) => status.code() == Code::Unavailable,
            };
            match waits.next() {
                Some(wait) if unavailable => tokio::time::sleep(wait).await,
                _ => return answer,
            }
        }
    }

    /// One try, to the end of the answer: a connection that breaks or stands still in the middle of one is no different
    /// from one that does so before.
    async fn try_once(&self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let mut inner = self.inner.clone();
        std::future::poll_fn(|context| inner.poll_ready(context))
            .await
            .map_err(unavailable)?;
        let (head, body) = inner.call(request).await.map_err(unavailable)?.into_parts();
        let body = body.collect().await.map_err(unavailable)?;
        Ok(Response::from_parts(head, Body::new(body)))
    }
}

fn unavailable(error: impl std::fmt::Debug) -> Status {
    tracing::debug!(?error, "call failed");
    Status::unavailable("the service cannot be reached")
}
