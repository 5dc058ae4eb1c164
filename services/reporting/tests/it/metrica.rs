//! METRICA reports: put in pieces, served as they are, with the time they were made.

use nsp_proto::reporting::v1::{
    self as pb,
    answer::Outcome,
    put_metrica_report_request::{Header, Part},
};
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::{
    harness::{DAY, HOUR, World, client, fields},
    monitoring::example,
};

fn report(day: &str, domains: usize) -> Vec<u8> {
    let names: Vec<String> = (0..domains).map(|n| format!("bad-{n}.example")).collect();
    let report = json!({"version": 2, "tld": "example", "domainListDate": day, "uniqueAbuseDomains": domains,
        "domainListData": [{"threatType": "spam", "count": domains, "domains": names}]});
    report.to_string().into_bytes()
}

async fn put(world: &World, day: &str, seconds: i64, body: &[u8]) -> Result<bool, Status> {
    let header = Part::Header(Header {
        entity: Some(example()),
        date: day.into(),
        generation_time: Some(nsp_proto::Timestamp { seconds, nanos: 0 }),
    });
    let chunks = body
        .chunks(100_000)
        .map(|chunk| Part::Chunk(chunk.to_vec()));
    let parts = std::iter::once(header).chain(chunks);
    let parts: Vec<_> = parts
        .map(|part| pb::PutMetricaReportRequest { part: Some(part) })
        .collect();
    let mut ingest = world.ingest().unwrap();
    let answer = ingest
        .put_metrica_report(futures_util::stream::iter(parts))
        .await?;
    Ok(answer.into_inner().stored)
}

async fn get(world: &World, path: &str, query: &str, daar: bool) -> anyhow::Result<pb::Answer> {
    let request = pb::GetMetricaDocumentRequest {
        client: Some(client()),
        entity: Some(example()),
        version: 2,
        path: path.into(),
        query: query.into(),
        copy: None,
        daar,
    };
    let answer = world.monitoring()?.get_metrica_document(request).await?;
    Ok(answer.into_inner())
}

const MADE: i64 = 1_795_500_000;

#[tokio::test]
async fn reports_are_served_byte_for_byte_with_the_time_they_were_made() -> anyhow::Result<()> {
    let world = World::start().await?;
    let none = get(&world, "domainList/latest", "", false).await?;
    assert_eq!(none.outcome(), Outcome::NotFound);
    // One of several pieces.
    let large = report("2026-11-23", 30_000);
    assert!(large.len() > 500_000);
    assert!(put(&world, "2026-11-23", MADE, &large).await?);
    let small = report("2026-11-22", 1);
    assert!(put(&world, "2026-11-22", MADE - 86_400, &small).await?);
    for (path, daar, expected) in [
        ("domainList/latest", false, &large),
        ("domainList/2026-11-23", false, &large),
        ("domainList/2026-11-22", false, &small),
        ("report/latest", true, &large),
        ("report/2026-11-22", true, &small),
    ] {
        let answer = get(&world, path, "", daar).await?;
        assert_eq!(answer.outcome(), Outcome::Ok, "{path}");
        assert!(answer.document == *expected, "{path}");
    }
    let answer = get(&world, "domainList/latest", "", false).await?;
    assert_eq!(answer.last_modified.unwrap_or_default().seconds, MADE);
    // An older one of the same day is not stored, and its bytes go.
    assert!(!put(&world, "2026-11-23", MADE - 1, &report("2026-11-23", 2)).await?);
    let answer = get(&world, "domainList/2026-11-23", "", false).await?;
    assert!(answer.document == large);
    assert_eq!(world.objects()?.len(), 3);
    // A newer one takes its place.
    let newer = report("2026-11-23", 3);
    assert!(put(&world, "2026-11-23", MADE + 1, &newer).await?);
    let answer = get(&world, "domainList/latest", "", false).await?;
    assert_eq!(answer.document, newer);
    Ok(())
}

#[tokio::test]
async fn the_list_is_about_a_range_of_days_and_its_errors_have_codes() -> anyhow::Result<()> {
    let world = World::start().await?;
    for day in ["2026-11-20", "2026-11-21", "2026-11-23"] {
        put(&world, day, MADE, &report(day, 1)).await?;
    }
    for (daar, path) in [(false, "domainLists"), (true, "reports")] {
        let query = "startDate=2026-11-21&endDate=2026-11-24";
        let answer = get(&world, path, query, daar).await?;
        let document: Value = serde_json::from_slice(&answer.document)?;
        let lists = document["domainLists"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut days: Vec<_> = lists
            .iter()
            .filter_map(|one| one["domainListDate"].as_str())
            .collect();
        days.sort_unstable();
        assert_eq!(days, ["2026-11-21", "2026-11-23"]);
        for (query, code) in [
            ("startDate=2026-10-01&endDate=2026-11-24", 2011),
            ("startDate=2026-11-24&endDate=2026-11-23", 2012),
            ("startDate=2026-11-31", 2013),
            ("endDate=", 2014),
        ] {
            let answer = get(&world, path, query, daar).await?;
            assert_eq!(answer.outcome(), Outcome::Rejected, "HTTP 400");
            let document: Value = serde_json::from_slice(&answer.document)?;
            assert_eq!(document["resultCode"], code, "{query}");
        }
    }
    for (path, daar) in [
        ("report/latest", false),
        ("domainList/2026-11-31", false),
        ("domainList", false),
        ("domainLists", true),
    ] {
        let answer = get(&world, path, "", daar).await?;
        assert_eq!(answer.outcome(), Outcome::NotFound, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_report_of_the_day_is_refused_and_leaves_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let other = String::from_utf8(report("2026-11-23", 1))?.replace("\"example\"", "\"other\"");
    for body in [
        report("2026-11-22", 1),
        b"{}".to_vec(),
        Vec::new(),
        other.into_bytes(),
        vec![b' '; 16 * 1024 * 1024 + 1],
    ] {
        let status = put(&world, "2026-11-23", MADE, &body).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(fields(&status), ["chunk"]);
    }
    let status = put(&world, "23.11.2026", MADE, b"{}").await.unwrap_err();
    assert_eq!(fields(&status), ["date"]);
    assert_eq!(world.count("metrica_reports").await?, 0);
    assert!(world.objects()?.is_empty());
    Ok(())
}

#[tokio::test]
async fn reports_are_forgotten_after_their_time() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    put(&world, "2026-11-23", MADE, &report("2026-11-23", 1)).await?;
    world.clock.advance(DAY * 402);
    world.restart().await?;
    world.counts("metrica_reports", 0).await?;
    world.clock.advance(HOUR * 2);
    world.restart().await?;
    world.counts("loose_objects", 0).await?;
    assert!(world.objects()?.is_empty());
    Ok(())
}
