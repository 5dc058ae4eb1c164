//! A monthly report may be replaced until its cut-off; the first one may come later, and none after it.

use jiff::SignedDuration;
use nsp_proto::reporting::v1::ReportKind;

use crate::{
    bodies,
    harness::{DAY, Sent, World},
};

#[tokio::test]
async fn a_month_is_replaced_until_its_cut_off_and_then_final() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let kind = ReportKind::RegistryFunctionsActivity;
    let sent = |number| Sent::new(kind, "2026-11", bodies::activity(number));
    assert_eq!(world.rejected(&sent(1)).await?, 2004, "it is not over");
    world.clock.advance(DAY * 7);
    let first = world.accepted(&sent(1)).await?;
    let second = world.accepted(&sent(2)).await?;
    assert_ne!(first.submission, second.submission);
    let again = world.accepted(&sent(2)).await?;
    assert_eq!(second.submission, again.submission, "repeating is safe");

    // The last second of 20 December.
    let now = world.clock.now();
    let cut_off = "2026-12-21T00:00:00Z".parse::<jiff::Timestamp>()?;
    world
        .clock
        .advance(cut_off.duration_since(now) - SignedDuration::from_secs(1));
    let third = world.accepted(&sent(3)).await?;
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(world.rejected(&sent(4)).await?, 2002);
    assert_eq!(world.rejected(&sent(3)).await?, 2002, "not even the same");
    let current: Vec<i64> = sqlx::query_scalar("select size from submissions where current")
        .fetch_all(&world.owner)
        .await?;
    assert_eq!(current, [i64::try_from(sent(3).body.len())?]);
    assert_eq!(world.stored(&third.submission).await?, sent(3).body);
    // What is wrong with its form is told before that it is too late.
    let broken = Sent::new(kind, "2026-11", "x");
    assert_eq!(world.rejected(&broken).await?, 2001);
    Ok(())
}

#[tokio::test]
async fn the_first_report_of_a_month_may_come_after_the_cut_off() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let sent = |number| {
        let body = bodies::transactions(number);
        Sent::new(ReportKind::RegistrarTransactions, "2026-09", body)
    };
    world.accepted(&sent(1)).await?;
    assert_eq!(world.rejected(&sent(2)).await?, 2002);
    Ok(())
}
