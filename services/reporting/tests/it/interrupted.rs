//! An upload that breaks off leaves nothing that counts, and in the end nothing at all.

use futures_util::StreamExt;
use nsp_proto::reporting::v1::{self as pb, submit_report_request::Part};
use tonic::Code;

use crate::{
    accepting,
    harness::{HOUR, World, fields},
};

#[tokio::test]
async fn a_stream_that_breaks_off_leaves_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let [(mut sent, date), ..] = accepting::good();
    // Larger than one piece, and good all the same.
    sent.body.extend(vec![b'\n'; 200_000]);
    let parts = sent.parts();
    assert!(parts.len() > 3);
    // The client goes away in the middle of the body: the stream neither ends nor goes on.
    let begun = futures_util::stream::iter(parts[..2].to_vec());
    let endless = begun.chain(futures_util::stream::pending());
    let mut reports = world.reports()?;
    let call = reports.submit_report(endless);
    let waited = tokio::time::timeout(std::time::Duration::from_millis(300), call).await;
    assert!(waited.is_err(), "nobody answers half a report");
    assert_eq!(world.count("submissions").await?, 0);
    assert!(world.objects()?.is_empty());
    assert!(!world.has(sent.kind, "example", date).await?);
    // The same afterwards, whole.
    let answer = world.accepted(&sent).await?;
    assert_eq!(world.stored(&answer.submission).await?, sent.body);
    Ok(())
}

#[tokio::test]
async fn a_stream_in_the_wrong_order_is_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let [(sent, _), ..] = accepting::good();
    let parts = sent.parts();
    let chunk = |bytes: usize| pb::SubmitReportRequest {
        part: Some(Part::Chunk(vec![b' '; bytes])),
    };
    let orders = [
        (vec![], "header"),
        (vec![parts[1].clone()], "header"),
        (vec![parts[0].clone(), parts[0].clone()], "chunk"),
        (
            vec![parts[0].clone(), pb::SubmitReportRequest::default()],
            "chunk",
        ),
        (vec![parts[0].clone(), chunk(1024 * 1024 + 1)], "chunk"),
    ];
    for (messages, field) in orders {
        let stream = futures_util::stream::iter(messages);
        let status = world.reports()?.submit_report(stream).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(fields(&status), [field]);
    }
    assert_eq!(world.count("submissions").await?, 0);
    assert!(world.objects()?.is_empty());
    Ok(())
}

/// What a crash leaves behind between its steps: a name without an object, and an object without a row.
#[tokio::test]
async fn objects_without_a_row_are_deleted_after_an_hour_and_others_are_not() -> anyhow::Result<()>
{
    let mut world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let [(sent, _), ..] = accepting::good();
    let answer = world.accepted(&sent).await?;
    let kept = world.objects()?;
    std::fs::write(world.folder().join("reports/stray"), b"half")?;
    for name in ["reports/stray", "reports/never-written"] {
        sqlx::query("insert into loose_objects values ($1, '2026-11-24T12:00:00Z')")
            .bind(name)
            .execute(&world.owner)
            .await?;
    }
    world.clock.advance(HOUR);
    world.restart().await?;
    world.has(sent.kind, "example", "2026-11-24").await?;
    assert_eq!(world.count("loose_objects").await?, 2, "not yet");
    world.clock.advance(HOUR);
    world.restart().await?;
    world.counts("loose_objects", 0).await?;
    assert_eq!(world.objects()?, kept);
    assert_eq!(world.stored(&answer.submission).await?, sent.body);
    Ok(())
}
