//! The layers in front of every page, and why each is there.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use nsp_kit::telemetry;
use tower_http::{
    compression::{CompressionLayer, predicate::Predicate},
    csrf::CsrfLayer,
    trace::TraceLayer,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{app::App, errors, frame, step_up};

/// No form of ours comes near it.
pub const MAX_BODY: usize = 1024 * 1024;
/// Longer than the deadline of the calls behind a page. What a page streams afterwards may take longer.
const TIMEOUT: Duration = Duration::from_secs(25);

/// Nothing but what we serve ourselves; no inline script or style, no frames, no plug-ins.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// What every answer carries unless it says something else itself.
const HEADERS: [(HeaderName, HeaderValue); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    ),
    // Two years. Browsers ignore it on plain HTTP.
    (
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000; includeSubDomains"),
    ),
    // A file is what its type says.
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    // Case numbers in addresses are not told to other sites.
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    // No other window gets hold of ours.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ),
    // Pages are of one person at one moment. Assets say otherwise.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Marks an answer that carries a secret. It is not compressed, so that its length tells nothing (BREACH).
#[derive(Debug, Clone, Copy)]
pub struct Secret;

/// Puts the layers around the pages. Read from the inside out: the last layer sees a request first.
pub fn layers(pages: Router<Arc<App>>, app: &Arc<App>) -> Router {
    pages
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(frame::said))
        // Asks for a fresh factor, and goes on.
        .layer(from_fn_with_state(Arc::clone(app), step_up::ask))
        // A page that hangs is an error page.
        .layer(from_fn(timeout))
        // Forms are accepted from our own pages only.
        .layer(CsrfLayer::new())
        // Refusals of the layers below and above become pages, too.
        .layer(from_fn_with_state(Arc::clone(app), errors::pages))
        .layer(CompressionLayer::new().compress_when(Text))
        .layer(from_fn(headers))
        .layer(from_fn(log))
        // Outermost, so that everything is in the trace.
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(())
                .on_failure(()),
        )
        .with_state(Arc::clone(app))
}

/// Compresses text of ours, unless it carries a secret.
#[derive(Debug, Clone, Copy)]
struct Text;

impl Predicate for Text {
    fn should_compress<B>(&self, response: &Response<B>) -> bool {
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let text = [
            "text/html",
            "text/css",
            "text/javascript",
            "text/csv",
            "image/svg+xml",
        ];
        text.iter().any(|text| kind.starts_with(text))
            && response.extensions().get::<Secret>().is_none()
    }
}

async fn timeout(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIMEOUT, next.run(request))
        .await
        .unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// One line per request, and the metrics dashboards are made of. Addresses hold secrets (links to set a password), so
/// only the route is named.
async fn log(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().to_string();
    let route = route(&request).to_owned();
    let response = next.run(request).await;
    let seconds = start.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    let labels = [
        ("method", method.clone()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::histogram!("nsp_http_seconds", &labels).record(seconds);
    tracing::info!(
        http.method = method,
        http.route = route,
        status,
        seconds,
        trace.id = telemetry::trace_id(),
        "request"
    );
    response
}

fn span(request: &Request) -> Span {
    let name = format!("{} {}", request.method(), route(request));
    let span = tracing::info_span!("request", otel.name = name, otel.kind = "server");
    let parent = request.headers().get("traceparent");
    let parent = parent.and_then(|value| value.to_str().ok());
    let _ = span.set_parent(telemetry::remote_trace(parent));
    span
}

fn route(request: &Request) -> &str {
    let path = request.extensions().get::<MatchedPath>();
    path.map_or("no page", MatchedPath::as_str)
}
