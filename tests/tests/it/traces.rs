//! One trace from the page through gRPC, outbox and JetStream to the consumer, as an operator sees it.

use nsp_kit::testbed::eventually;
use nsp_tests::{browser::Browser, world::World};
use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_subscriber::layer::SubscriberExt;

/// Every span of this process from now on. The log level is that of production.
fn collect() -> anyhow::Result<InMemorySpanExporter> {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(spans.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::EnvFilter::new("info"))
        .with(layer);
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(spans)
}

fn find<'a>(spans: &'a [SpanData], name: &str) -> Option<&'a SpanData> {
    spans.iter().find(|span| span.name == name)
}

#[tokio::test]
async fn a_click_and_the_mail_it_causes_are_one_trace() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = Browser::of(&world, &world.sign_in("jane").await?)?;
    let ada = Browser::of(&world, &world.sign_in("ada").await?)?;
    let form = jane.get("/cases/new").await?;
    let request = form.field("request_id").unwrap_or_default();
    let fields = [
        ("subject", "Traced"),
        ("description", "From end to end."),
        ("request_id", request),
    ];
    let filed = jane.post("/cases/new", &fields).await?;
    let number = filed
        .location()
        .trim_start_matches("/cases/")
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    let page = ada.get(&format!("/staff/cases/{number}")).await?;
    let request = page.field("request_id").unwrap_or_default().to_owned();

    let exporter = collect()?;
    let reply = [
        ("kind", "reply"),
        ("body", "Here is the answer."),
        ("request_id", request.as_str()),
    ];
    let sent = ada
        .post(&format!("/staff/cases/{number}/write"), &reply)
        .await?;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text);

    let names = [
        "POST /staff/cases/{number}/write",
        "/nsp.cases.v1.CaseService/CreateComment",
        "nsp.mail.v1.message.requested",
    ];
    let chain = eventually(async || {
        let spans = exporter.get_finished_spans()?;
        Ok(names
            .iter()
            .map(|name| find(&spans, name).cloned())
            .collect::<Option<Vec<SpanData>>>())
    })
    .await?;
    let [page, method, consumer] = chain.as_slice() else {
        anyhow::bail!("three spans")
    };
    assert_eq!(page.parent_span_id, SpanId::INVALID);
    assert_eq!(method.parent_span_id, page.span_context.span_id());
    assert_eq!(consumer.parent_span_id, method.span_context.span_id());
    for span in [method, consumer] {
        assert_eq!(span.span_context.trace_id(), page.span_context.trace_id());
    }
    Ok(())
}
