//! The admin port: is the process alive, is it ready, and what does it count.

use axum::{Router, http::StatusCode, routing::get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{host::Ready, telemetry};

/// Tells whether a service can do its work.
pub trait Readiness: Clone + Send + Sync + 'static {
    /// What it waits for; nothing when it is ready.
    fn missing(&self) -> impl Future<Output = Vec<&'static str>> + Send;
}

impl Readiness for Ready {
    fn missing(&self) -> impl Future<Output = Vec<&'static str>> + Send {
        Self::missing(self)
    }
}

/// Answers on the admin port until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    ready: impl Readiness,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let metrics = telemetry::metrics();
    let readyz = move || {
        let ready = ready.clone();
        async move { readyz(&ready).await }
    };
    let routes = Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(move || async { metrics.render() }));
    axum::serve(listener, routes)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await?;
    Ok(())
}

/// 200 when everything the service needs answers; 503 and what does not, otherwise.
async fn readyz(ready: &impl Readiness) -> (StatusCode, String) {
    let missing = ready.missing().await;
    if missing.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {}\n", missing.join(", ")),
        )
    }
}
