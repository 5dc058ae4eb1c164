//! Reports become overdue once, at their time; what is old is forgotten, with its bytes.

use jiff::SignedDuration;
use nsp_proto::reporting::v1::ReportKind;

use crate::{
    accepting, bodies,
    harness::{DAY, HOUR, Sent, World, client},
};

const OVERDUE: &str = "kit.audit where action = 'report.overdue'";

#[tokio::test]
async fn a_report_becomes_overdue_once_and_is_forgotten_when_it_comes() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let labels = ["example", "shut"];
    world.registry_owing("Jane", &labels, "2026-11-23").await?;
    // Shut from the transactions, owing the rest.
    world
        .clock
        .advance(HOUR * 12 - SignedDuration::from_secs(1));
    world.restart().await?;
    let kind = ReportKind::RegistryEscrowReport;
    world.has(kind, "example", "2026-11-24").await?;
    assert_eq!(
        world.count("overdue").await?,
        0,
        "due until the end of the day"
    );
    world.clock.advance(SignedDuration::from_secs(1));
    world.counts("overdue", 2).await?;
    world.counts(OVERDUE, 2).await?;
    // A restart announces nothing again.
    world.restart().await?;
    world.clock.advance(HOUR);
    let day = bodies::escrow_report("1", "DIFF", "2026-11-24");
    world.accepted(&Sent::new(kind, "1", day)).await?;
    world.counts("overdue", 1).await?;
    // At the end of 25 November its reports, and the agents' notifications about the 24th.
    world.clock.advance(DAY);
    world.counts("overdue", 1 + 4).await?;
    assert_eq!(world.count(OVERDUE).await?, 2 + 4);

    // The reports about November, at the end of 20 December: two of one TLD, one of the other.
    let months = "overdue where kind in ('registrar_transactions', 'functions_activity')";
    assert_eq!(world.count(months).await?, 0);
    world.clock.advance(DAY * 26);
    world.counts(months, 3).await
}

#[tokio::test]
async fn what_is_old_is_forgotten_with_its_bytes() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    for (sent, _) in accepting::good() {
        world.accepted(&sent).await?;
    }
    let refused = Sent::new(ReportKind::RegistryEscrowReport, "x", "");
    world.rejected(&refused).await?;
    world.restart().await?;
    assert!(world.has(refused.kind, "example", "2026-11-24").await?);
    assert_eq!(world.count("submissions").await?, 5);

    // The refused one after 90 days, the daily ones after 400, the monthly ones after ten years.
    for (days, left, files) in [(91, 4, 4), (320, 2, 2), (3_400, 0, 0)] {
        world.clock.advance(DAY * days);
        world.restart().await?;
        world.counts("submissions", left).await?;
        // Their bytes are loose now, and go with the next turn after an hour.
        world.clock.advance(HOUR * 2);
        world.restart().await?;
        world.counts("loose_objects", 0).await?;
        assert_eq!(world.objects()?.len(), files);
    }
    let request = nsp_proto::reporting::v1::GetReceivedReportsRequest {
        client: Some(client()),
        kind: ReportKind::RegistryEscrowReport.into(),
        tld: "example".into(),
        date: "2026-11-24".into(),
    };
    let answer = world.reports()?.get_received_reports(request).await?;
    let outcome = answer.into_inner().outcome();
    assert_eq!(outcome, nsp_proto::reporting::v1::answer::Outcome::NotFound);
    Ok(())
}
