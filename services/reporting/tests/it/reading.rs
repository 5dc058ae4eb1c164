//! What machines ask about what they have sent.

use nsp_proto::reporting::v1::{
    self as pb, ReportKind, answer::Outcome, get_reporting_status_request::Subject,
};
use serde_json::Value;

use crate::{
    accepting, bodies,
    harness::{DAY, HOUR, Sent, World, client},
};

async fn received(world: &World, kind: ReportKind, date: &str) -> anyhow::Result<pb::Answer> {
    let request = pb::GetReceivedReportsRequest {
        client: Some(client()),
        kind: kind.into(),
        tld: "example".into(),
        date: date.into(),
    };
    let answer = world.reports()?.get_received_reports(request).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn what_has_come_is_known_by_its_day_or_month() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example", "other"]).await?;
    for (sent, date) in accepting::good() {
        world.accepted(&sent).await?;
        assert!(world.has(sent.kind, "example", date).await?);
        assert!(!world.has(sent.kind, "other", date).await?);
        assert!(!world.has(sent.kind, "nowhere", date).await?);
        for wrong in [
            "",
            "2026",
            "2026-11-31",
            "2026-13",
            "2026-11-24T00:00:00Z",
            "\0",
        ] {
            assert!(!world.has(sent.kind, "example", wrong).await?, "{wrong}");
        }
    }
    // Refused is not received.
    let refused = Sent::new(ReportKind::RegistryEscrowReport, "x", "");
    world.rejected(&refused).await?;
    let kind = ReportKind::RegistryEscrowReport;
    assert!(!world.has(kind, "example", "2026-11-23").await?);
    Ok(())
}

#[tokio::test]
async fn the_reports_of_a_day_come_back_as_they_were_newest_first() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let kind = ReportKind::RegistryEscrowReport;
    let none = received(&world, kind, "2026-11-24").await?;
    assert_eq!(none.outcome(), Outcome::NotFound);
    for id in ["first", "second"] {
        let body = bodies::escrow_report(id, "FULL", "2026-11-24");
        world.accepted(&Sent::new(kind, id, body)).await?;
        world.clock.advance(HOUR);
    }
    let answer = received(&world, kind, "2026-11-24").await?;
    assert_eq!(answer.outcome(), Outcome::Ok);
    let text = String::from_utf8(answer.document)?;
    let report = |id| {
        let body = bodies::escrow_report(id, "FULL", "2026-11-24");
        let root = body.split_once('\n').unwrap_or_default().1.trim_end();
        text.find(root).unwrap_or_else(|| panic!("{id}: {text}"))
    };
    assert!(report("second") < report("first"), "{text}");
    for time in ["2026-11-24T12:00:00.000Z", "2026-11-24T13:00:00.000Z"] {
        assert!(text.contains(time), "{text}");
    }
    let agents = ReportKind::EscrowAgentNotification;
    for status in ["DRFN", "DVPN"] {
        let body = bodies::notification(status, "2026-11-23");
        world.accepted(&Sent::new(agents, "", body)).await?;
    }
    let answer = received(&world, agents, "2026-11-23").await?;
    let text = String::from_utf8(answer.document)?;
    let all = text.matches("receivedNotification>").count();
    assert_eq!(all, 4, "two, begun and ended: {text}");
    Ok(())
}

#[tokio::test]
async fn days_without_answers_have_their_codes() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    for kind in [
        ReportKind::RegistryEscrowReport,
        ReportKind::EscrowAgentNotification,
    ] {
        for (date, code) in [
            ("2013-12-31", "2214"),
            ("2026-02-30", "2111"),
            ("2026-11", "2111"),
            ("<&\0>", "2111"),
        ] {
            let answer = received(&world, kind, date).await?;
            assert_eq!(answer.outcome(), Outcome::Rejected, "{date}: HTTP 400");
            let text = String::from_utf8(answer.document)?;
            assert!(text.contains(&format!("code=\"{code}\"")), "{date}: {text}");
        }
        let first = received(&world, kind, "2014-01-01").await?;
        assert_eq!(first.outcome(), Outcome::NotFound);
    }
    for kind in [
        ReportKind::RegistrarTransactions,
        ReportKind::RegistryFunctionsActivity,
    ] {
        let answer = received(&world, kind, "2026-10").await?;
        assert_eq!(
            answer.outcome(),
            Outcome::NotFound,
            "there is no such interface"
        );
    }
    Ok(())
}

async fn status(world: &World, subject: Subject, accept: &str) -> anyhow::Result<pb::Answer> {
    let request = pb::GetReportingStatusRequest {
        client: Some(client()),
        tld: "example".into(),
        subject: subject.into(),
        accept: accept.into(),
    };
    let answer = world.reports()?.get_reporting_status(request).await?;
    Ok(answer.into_inner())
}

/// Path and status of the JSON document, in order.
async fn paths(world: &World, subject: Subject) -> anyhow::Result<Vec<(String, bool)>> {
    let answer = status(world, subject, "").await?;
    assert_eq!(answer.content_type, "application/json");
    let document: Value = serde_json::from_slice(&answer.document)?;
    assert_eq!(document["tld"]["name"], "example");
    let paths = document["paths"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let paths = paths
        .iter()
        .map(|path| (text(&path["path"]), path["status"] == "ok"));
    Ok(paths.collect())
}

#[tokio::test]
async fn the_status_follows_from_what_came_and_the_clock() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    sqlx::query("update tlds set owes_from = '2026-11-23'")
        .execute(&world.owner)
        .await?;
    let all = |bad: &[&str]| {
        let names = ["Full", "Diff", "Dea", "PRTR", "RFAR", "Registry"];
        names
            .map(|name| (name.to_owned(), !bad.contains(&name)))
            .to_vec()
    };
    assert_eq!(paths(&world, Subject::Registry).await?, all(&[]));
    // Nothing comes for 24 November.
    world.clock.advance(DAY);
    assert_eq!(paths(&world, Subject::Registry).await?, all(&["Registry"]));
    world.clock.advance(DAY);
    let bad = ["Registry", "Dea"];
    assert_eq!(paths(&world, Subject::Registry).await?, all(&bad));
    let agents = paths(&world, Subject::EscrowAgentNotification).await?;
    assert_eq!(agents, all(&bad)[..3]);

    let xml = status(&world, Subject::Registry, "text/xml").await?;
    let text = String::from_utf8(xml.document)?;
    assert!(text.contains("No_Report_Received"), "{text}");
    assert!(text.contains("date=\"2026-11-24\""), "{text}");
    let neither = status(&world, Subject::Registry, "text/html").await?;
    assert_eq!(neither.outcome(), Outcome::NotAcceptable, "HTTP 406");

    // What has come too late has come.
    let day = bodies::escrow_report("late", "DIFF", "2026-11-24");
    let kind = ReportKind::RegistryEscrowReport;
    world.accepted(&Sent::new(kind, "late", day)).await?;
    let day = bodies::escrow_report("late-2", "DIFF", "2026-11-25");
    world.accepted(&Sent::new(kind, "late-2", day)).await?;
    let news = bodies::notification("DVFN", "2026-11-24");
    let agents = ReportKind::EscrowAgentNotification;
    world.accepted(&Sent::new(agents, "", news)).await?;
    assert_eq!(paths(&world, Subject::Registry).await?, all(&["Diff"]));
    Ok(())
}

#[tokio::test]
async fn conformance_to_none_is_no_document() -> anyhow::Result<()> {
    let world = World::start().await?;
    let request = pb::GetConformanceRequest {
        client: Some(client()),
    };
    let answer = world.reports()?.get_conformance(request).await?;
    assert_eq!(answer.into_inner().outcome(), Outcome::NotFound, "HTTP 404");
    Ok(())
}
