//! Serving gRPC until asked to stop, and stopping without dropping what is in flight.

use std::{sync::Arc, time::Duration};

use axum::middleware::from_fn_with_state;
use tokio::{net::TcpListener, signal::unix};
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};
use tower_http::trace::TraceLayer;

use crate::{
    auth::{Authorizer, authorize},
    telemetry,
    tls::Certificates,
};

/// The longest any method may take, whatever deadline its caller gave.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// After this, requests that are still in flight are dropped.
const DRAIN: Duration = Duration::from_secs(20);
/// Per connection; more wait in the client.
const CONCURRENT_STREAMS: u32 = 256;
/// A header block larger than this is not one of ours.
const MAX_HEADERS: u32 = 16 * 1024;

/// Serves `routes` until `stop` is cancelled, then finishes what is in flight.
pub async fn serve(
    listener: TcpListener,
    routes: Routes,
    authorizer: Authorizer,
    certificates: Arc<Certificates>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let (_, health) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(nsp_proto::DESCRIPTORS)
        .build_v1()?;
    let routes = routes.add_service(health).add_service(reflection);
    // Read from the inside out: the last layer sees a request first.
    let routes = routes
        .into_axum_router()
        // Nothing reaches a method without an actor.
        .layer(from_fn_with_state(Arc::new(authorizer), authorize))
        // Outermost, so that refusals are in the trace too.
        .layer(
            TraceLayer::new_for_grpc()
                .make_span_with(telemetry::request_span)
                .on_request(())
                .on_response(())
                .on_failure(()),
        );

    let incoming = certificates.accept(listener, stop.clone());
    let serving = Server::builder()
        .timeout(TIMEOUT)
        .max_concurrent_streams(CONCURRENT_STREAMS)
        .http2_max_header_list_size(MAX_HEADERS)
        .add_routes(Routes::from(routes))
        .serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned());
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        result = serving => result?,
        () = drained => tracing::warn!("requests were still in flight when the time to drain was over"),
    }
    Ok(())
}

/// A token that SIGTERM or SIGINT cancels.
pub fn stop_on_signal() -> std::io::Result<CancellationToken> {
    let mut term = unix::signal(unix::SignalKind::terminate())?;
    let mut int = unix::signal(unix::SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!("stopping");
        stopping.cancel();
    });
    Ok(stop)
}
