//! Every kind of report is taken in, kept byte for byte, announced, and may be sent again.

use nsp_proto::reporting::v1::{
    GetReportStatusRequest, Period, ReportKind, answer::Outcome, period::State,
};

use crate::{
    bodies,
    harness::{Sent, World},
};

/// One good report of each kind, with where it is found afterwards.
pub fn good() -> [(Sent<'static>, &'static str); 4] {
    let report = bodies::escrow_report("20261124001", "FULL", "2026-11-24");
    [
        (
            Sent::new(
                ReportKind::RegistryEscrowReport,
                "20261124001",
                // A byte order mark and the ends of lines are kept as they are.
                format!("\u{feff}{}", report.replace('\n', "\r\n")),
            ),
            "2026-11-24",
        ),
        (
            Sent::new(
                ReportKind::EscrowAgentNotification,
                "",
                bodies::notification("DVPN", "2026-11-23"),
            ),
            "2026-11-23",
        ),
        (
            Sent::new(
                ReportKind::RegistrarTransactions,
                "2026-10",
                bodies::transactions(3),
            ),
            "2026-10",
        ),
        (
            Sent::new(
                ReportKind::RegistryFunctionsActivity,
                "2026-10",
                format!("\u{feff}{}", bodies::activity(7).replace("\r\n", "\n")),
            ),
            "2026-10",
        ),
    ]
}

#[tokio::test]
async fn every_kind_is_kept_byte_for_byte_and_announced() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    for (sent, date) in good() {
        assert!(!world.has(sent.kind, "example", date).await?, "{date}");
        let answer = world.accepted(&sent).await?;
        let document = answer.answer.clone().unwrap_or_default();
        assert_eq!(document.outcome(), Outcome::Ok, "HTTP 200");
        assert_eq!(document.content_type, "text/xml; charset=utf-8");
        let text = String::from_utf8(document.document)?;
        assert!(text.contains("code=\"1000\""), "{text}");
        assert_eq!(world.stored(&answer.submission).await?, sent.body);
        assert!(world.has(sent.kind, "example", date).await?, "{date}");
        let upper = world.has(sent.kind, "EXAMPLE", date).await?;
        assert!(upper, "upper case is folded");
    }
    let counted = world.count("submissions where domain_count = 1234").await?;
    assert_eq!(counted, 2, "the report, and the one in the notification");
    let announced = "kit.audit where action = 'report.accepted'";
    assert_eq!(world.count(announced).await?, 4);
    assert_eq!(world.objects()?.len(), 4);
    assert_eq!(world.count("loose_objects").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_report_of_the_same_id_takes_the_place_of_the_one_before() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["example"]).await?;
    let kind = ReportKind::RegistryEscrowReport;
    let body = bodies::escrow_report("a-1", "FULL", "2026-11-23");
    let sent = Sent::new(kind, "a-1", body.clone());
    let first = world.accepted(&sent).await?;
    let same = world.accepted(&sent).await?;
    assert_eq!(first.submission, same.submission, "repeating is safe");
    assert_eq!(world.count("submissions").await?, 1);

    // The same id about another day, with other numbers.
    let moved = bodies::escrow_report("a-1", "DIFF", "2026-11-24").replace("1234", "1235");
    let second = world.accepted(&Sent::new(kind, "a-1", moved)).await?;
    assert_ne!(second.submission, first.submission);
    let current: Vec<(i64, bool)> =
        sqlx::query_as("select domain_count, current from submissions order by id")
            .fetch_all(&world.owner)
            .await?;
    assert_eq!(current, [(1234, false), (1235, true)]);
    // The first day has no report any more, to machines and to people.
    assert!(!world.has(kind, "example", "2026-11-23").await?);
    let request = GetReportStatusRequest {
        name: "tlds/example/reportStatus".into(),
    };
    let status = world.statuses(&jane)?.get_report_status(request).await?;
    let deposits = status.into_inner().kinds.remove(0);
    let newest = &deposits.periods[..2];
    let newest: Vec<State> = newest.iter().map(Period::state).collect();
    assert_eq!(newest, [State::Received, State::Late]);
    // What was replaced is kept.
    assert_eq!(world.stored(&first.submission).await?, body.as_bytes());
    Ok(())
}

#[tokio::test]
async fn every_notification_of_an_agent_is_kept() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let notify = |status| {
        let body = bodies::notification(status, "2026-11-23");
        Sent::new(ReportKind::EscrowAgentNotification, "", body)
    };
    for status in ["DRFN", "DVFN", "DVPN", "DVPN"] {
        world.accepted(&notify(status)).await?;
    }
    assert_eq!(world.count("submissions where accepted").await?, 4);
    assert_eq!(world.count("submissions where current").await?, 1);
    Ok(())
}

#[tokio::test]
async fn the_same_report_many_times_at_once_counts_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let [(sent, _), ..] = good();
    let all = (0..6).map(|_| world.accepted(&sent));
    for answer in futures_util::future::join_all(all).await {
        answer?;
    }
    assert_eq!(world.count("submissions where current").await?, 1);
    let kept = world.count("submissions where object is not null").await?;
    assert_eq!(world.objects()?.len(), usize::try_from(kept)?);
    Ok(())
}
