//! Documents of the SLA monitoring are served as they were put, and lists follow from them.

use nsp_proto::reporting::v1::{self as pb, answer::Outcome, entity::Id};
use serde_json::{Value, json};

use crate::harness::{DAY, World, client, fields};

pub fn example() -> pb::Entity {
    pb::Entity {
        id: Some(Id::Tld("example".into())),
    }
}

/// Tuesday, 24 November 2026, at noon, in Unix seconds.
const NOON: i64 = 1_795_521_600;

fn document(path: &str, body: &Value) -> pb::MonitoringDocument {
    pb::MonitoringDocument {
        entity: Some(example()),
        version: 2,
        path: path.into(),
        body: body.to_string().into_bytes(),
    }
}

fn state(updated: i64) -> Value {
    json!({"version": 2, "lastUpdateApiDatabase": updated, "tld": "example", "status": "Up",
        "testedServices": {"DNS": {"status": "Up", "emergencyThreshold": 1.5, "incidents": []}, "EPP": {"status": "Disabled"}}})
}

fn incident(id: &str, start: i64, end: Option<i64>, false_positive: bool) -> Value {
    json!({"version": 2, "lastUpdateApiDatabase": NOON, "incidents": [
        {"incidentID": id, "startTime": start, "endTime": end, "falsePositive": false_positive, "state": "Resolved"}]})
}

fn measurement(at: i64) -> Value {
    json!({"version": 2, "lastUpdateApiDatabase": at, "tld": "example", "service": "dns",
        "cycleCalculationDateTime": at, "status": "Up", "testedInterface": []})
}

async fn put(world: &World, documents: Vec<pb::MonitoringDocument>) -> anyhow::Result<i32> {
    let request = pb::PutMonitoringDocumentsRequest { documents };
    let answer = world.ingest()?.put_monitoring_documents(request).await?;
    Ok(answer.into_inner().stored)
}

async fn get(world: &World, path: &str, query: &str) -> anyhow::Result<pb::Answer> {
    let request = pb::GetMonitoringDocumentRequest {
        client: Some(client()),
        entity: Some(example()),
        version: 2,
        path: path.into(),
        query: query.into(),
        copy: None,
    };
    let answer = world.monitoring()?.get_monitoring_document(request).await?;
    Ok(answer.into_inner())
}

/// A field of a document that is there.
async fn field(world: &World, path: &str, query: &str, name: &str) -> anyhow::Result<Value> {
    let answer = get(world, path, query).await?;
    anyhow::ensure!(answer.outcome() == Outcome::Ok, "{path}: {answer:?}");
    let document: Value = serde_json::from_slice(&answer.document)?;
    Ok(document[name].clone())
}

#[tokio::test]
async fn documents_are_served_as_they_were_put_and_older_ones_never_replace_newer()
-> anyhow::Result<()> {
    let world = World::start().await?;
    let missing = get(&world, "state", "").await?;
    assert_eq!(missing.outcome(), Outcome::NotFound);
    let newer = document("state", &state(NOON));
    let odd = pb::MonitoringDocument {
        body: format!("  {}\n", state(NOON)).into_bytes(),
        ..newer.clone()
    };
    assert_eq!(put(&world, vec![odd.clone()]).await?, 1);
    let answer = get(&world, "state", "").await?;
    assert_eq!(answer.document, odd.body, "byte for byte");
    assert_eq!(answer.content_type, "application/json");
    let modified = answer.last_modified.unwrap_or_default();
    assert_eq!(modified.seconds, NOON);
    let older = document("state", &state(NOON - 60));
    assert_eq!(put(&world, vec![older]).await?, 0);
    assert_eq!(get(&world, "state", "").await?.document, odd.body);

    let copy = pb::Copy {
        etags: vec![answer.etag.clone()],
        modified_since: None,
    };
    let request = pb::GetMonitoringDocumentRequest {
        client: Some(client()),
        entity: Some(example()),
        version: 2,
        path: "state".into(),
        query: String::new(),
        copy: Some(copy),
    };
    let answer = world
        .monitoring()?
        .get_monitoring_document(request.clone())
        .await?;
    let answer = answer.into_inner();
    assert_eq!(answer.outcome(), Outcome::NotModified, "HTTP 304");
    assert!(answer.document.is_empty());
    // Another version, and another TLD.
    let other = pb::GetMonitoringDocumentRequest {
        version: 1,
        ..request.clone()
    };
    let answer = world.monitoring()?.get_monitoring_document(other).await?;
    assert_eq!(answer.into_inner().outcome(), Outcome::NotFound);
    let other = pb::GetMonitoringDocumentRequest {
        entity: Some(pb::Entity {
            id: Some(Id::Tld("other".into())),
        }),
        ..request
    };
    let answer = world.monitoring()?.get_monitoring_document(other).await?;
    assert_eq!(answer.into_inner().outcome(), Outcome::NotFound);
    Ok(())
}

#[tokio::test]
async fn all_documents_of_a_call_are_put_or_none() -> anyhow::Result<()> {
    let world = World::start().await?;
    let alarmed = json!({"version": 2, "lastUpdateApiDatabase": NOON, "alarmed": "Maybe"});
    let mut foreign = state(NOON);
    foreign["tld"] = "other".into();
    let documents = vec![
        document("state", &state(NOON)),
        document("dns/alarmed", &alarmed),
        document("dns/nothing", &state(NOON)),
        document("state", &foreign),
        pb::MonitoringDocument {
            body: b"{".to_vec(),
            ..document("state", &Value::Null)
        },
    ];
    let request = pb::PutMonitoringDocumentsRequest { documents };
    let answer = world.ingest()?.put_monitoring_documents(request).await;
    let wrong = [
        "documents[1].body",
        "documents[2].path",
        "documents[3].body",
        "documents[4].body",
    ];
    assert_eq!(fields(&answer.unwrap_err()), wrong);
    assert_eq!(world.count("monitoring_documents").await?, 0);
    Ok(())
}

#[tokio::test]
async fn lists_of_incidents_follow_from_their_states() -> anyhow::Result<()> {
    let world = World::start().await?;
    let day = 86_400;
    let ids = [
        ("1.1", NOON - 40 * day, Some(NOON - 39 * day), false),
        ("2.1", NOON - 3 * day, Some(NOON - 2 * day), true),
        ("3.1", NOON - day, None, false),
    ];
    let documents = ids.map(|(id, start, end, false_positive)| {
        let path = format!("dns/incidents/{id}/state");
        document(&path, &incident(id, start, end, false_positive))
    });
    assert_eq!(put(&world, documents.to_vec()).await?, 3);
    let listed = async |query: &str| {
        let incidents = field(&world, "dns/incidents", query, "incidents").await?;
        let incidents = incidents.as_array().cloned().unwrap_or_default();
        let ids = incidents
            .iter()
            .map(|one| one["incidentID"].as_str().unwrap_or_default().to_owned());
        anyhow::Ok(ids.collect::<Vec<_>>())
    };
    assert_eq!(listed("").await?, ["3.1", "2.1"], "newest first");
    assert_eq!(listed("falsePositive=true").await?, ["2.1"]);
    let october = "startDate=2026-10-10&endDate=2026-10-20";
    assert_eq!(listed(october).await?, ["1.1"]);
    for (query, code) in [
        ("startDate=2026-10-01&endDate=2026-11-24", 2011),
        ("startDate=2026-11-24&endDate=2026-11-23", 2012),
        ("startDate=24.11.2026", 2013),
        ("endDate=tomorrow", 2014),
    ] {
        let answer = get(&world, "dns/incidents", query).await?;
        assert_eq!(answer.outcome(), Outcome::Rejected, "HTTP 400");
        let document: Value = serde_json::from_slice(&answer.document)?;
        assert_eq!(document["resultCode"], code, "{query}");
        assert_ne!(document["message"], "");
    }
    Ok(())
}

#[tokio::test]
async fn measurements_are_found_by_year_month_and_day_until_they_are_old() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let path = |at: i64| format!("dns/measurements/2026/11/24/{at}.json");
    let documents =
        [NOON, NOON - 300, NOON - 3_600].map(|at| document(&path(at), &measurement(at)));
    put(&world, documents.to_vec()).await?;
    let incident = incident("1.1", NOON, None, false);
    put(&world, vec![document("dns/incidents/1.1/state", &incident)]).await?;
    for (path, name, expected) in [
        ("dns/measurements", "years", json!(["2026"])),
        ("dns/measurements/2026", "months", json!(["11"])),
        ("dns/measurements/2026/11", "days", json!(["24"])),
        (
            "dns/measurements/2026/11/24",
            "measurements",
            json!([NOON - 3_600, NOON - 300, NOON].map(|at| format!("{at}.json"))),
        ),
    ] {
        assert_eq!(field(&world, path, "", name).await?, expected, "{path}");
    }
    for path in [
        "dns/measurements/2025",
        "epp/measurements",
        "dns/measurements/2026/13",
        "../state",
        "",
    ] {
        let answer = get(&world, path, "").await?;
        assert_eq!(answer.outcome(), Outcome::NotFound, "{path}");
    }
    let delete = pb::DeleteMonitoringDocumentsRequest {
        entity: Some(example()),
        version: 2,
        paths: vec![path(NOON), "dns/downtime".into()],
    };
    let answer = world.ingest()?.delete_monitoring_documents(delete).await?;
    assert_eq!(answer.into_inner().deleted, 1);

    world.clock.advance(DAY * 36);
    world.restart().await?;
    // Incidents stay.
    world.counts("monitoring_documents", 1).await
}
