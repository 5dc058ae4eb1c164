//! Logs to standard output, traces to the collector, and metrics for the admin port.

mod json;
mod lines;

use std::{io, sync::OnceLock};

use http::HeaderMap;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::{Context, propagation::TextMapPropagator, trace::TracerProvider as _};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Upper bounds of the request histogram, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Flushes what is still buffered when dropped, so `main` holds it to its end.
pub struct Guard {
    traces: SdkTracerProvider,
    _log: lines::Scribe,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(error) = self.traces.shutdown() {
            eprintln!("traces were lost: {error}");
        }
    }
}

/// Starts logging and tracing. The level comes from `RUST_LOG`, `info` by default.
pub fn init(service: &'static str, endpoint: Option<&str>) -> anyhow::Result<Guard> {
    let mut provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(service).build());
    if let Some(endpoint) = endpoint {
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .build()?;
        provider = provider.with_batch_exporter(exporter);
    }
    let traces = provider.build();
    let (lines, log) = lines::start(io::stdout())?;
    tracing_subscriber::registry()
        .with(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with(
            fmt::layer()
                .json()
                .event_format(json::Json)
                .with_writer(lines),
        )
        .with(tracing_opentelemetry::layer().with_tracer(traces.tracer(service)))
        .try_init()?;
    Ok(Guard { traces, _log: log })
}

/// The metrics of this process, for `/metrics`. Counting starts with the first call.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Fails only if someone else installed a recorder first; then theirs counts.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// The current trace as a W3C `traceparent`.
pub fn current_trace() -> Option<String> {
    let mut carrier = std::collections::HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove("traceparent")
}

/// The id of the current trace, 32 hexadecimal digits, for people to quote.
pub fn trace_id() -> String {
    use opentelemetry::trace::TraceContextExt;
    Span::current()
        .context()
        .span()
        .span_context()
        .trace_id()
        .to_string()
}

/// The trace that a `traceparent` names.
pub fn remote_trace(traceparent: Option<&str>) -> Context {
    let carrier: std::collections::HashMap<String, String> = traceparent
        .map(|value| ("traceparent".to_owned(), value.to_owned()))
        .into_iter()
        .collect();
    TraceContextPropagator::new().extract(&carrier)
}

/// The span of one incoming request, continuing the caller's trace.
pub fn request_span<B>(request: &http::Request<B>) -> Span {
    let span = tracing::info_span!(
        "request",
        otel.name = request.uri().path(),
        otel.kind = "server"
    );
    let _ = span.set_parent(remote_trace(header(request.headers(), "traceparent")));
    span
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
