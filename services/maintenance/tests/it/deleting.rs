//! Upcoming windows can be deleted, all or none (MW-5).

use jiff::SignedDuration;
use nsp_proto::maintenance::v1::{DeleteWindowsRequest, ListWindowsRequest};
use tonic::Code;

use crate::harness::{World, add, create, delete, fields, refused};

#[tokio::test]
async fn on_the_second_of_the_start() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let first = add(&mut client, world.window("one", 60, 120)).await?;
    let second = add(&mut client, world.window("one", 120, 180)).await?;
    world.clock.advance(SignedDuration::from_secs(3_599));
    world
        .client(&jane)?
        .delete_windows(delete(&[&first]))
        .await?;
    let again = world.client(&jane)?.delete_windows(delete(&[&first])).await;
    refused(again, Code::FailedPrecondition, "WINDOWS_NOT_DELETABLE");
    world.clock.advance(SignedDuration::from_secs(3_601));
    let answer = world
        .client(&jane)?
        .delete_windows(delete(&[&second]))
        .await;
    refused(answer, Code::FailedPrecondition, "WINDOWS_NOT_DELETABLE");
    Ok(())
}

#[tokio::test]
async fn all_or_none_and_each_refused_one_is_named() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let other = world.person("Mallory", &["foreign"]).await?;
    let foreign = add(&mut world.client(&other)?, world.window("foreign", 60, 120)).await?;
    let mut client = world.client(&jane)?;
    let windows = [
        world.window("one", 1, 60),
        world.window("one", 60, 120),
        world.window("one", 120, 180),
        world.window("one", 180, 240),
    ];
    let windows = client
        .create_windows(create(&windows))
        .await?
        .into_inner()
        .windows;
    world.clock.advance(SignedDuration::from_mins(60));
    let mut client = world.client(&jane)?;
    let request = DeleteWindowsRequest {
        etags: vec![
            "1".into(),
            String::new(),
            "7".into(),
            "1".into(),
            String::new(),
        ],
        ..delete(&[&windows[0], &windows[1], &windows[2], &windows[3], &foreign])
    };
    let ask = DeleteWindowsRequest {
        validate_only: true,
        ..request.clone()
    };
    let told = client.delete_windows(ask).await?.into_inner();
    assert_eq!(told.windows.len(), 4);
    let reasons: Vec<(i32, &str)> = told
        .problems
        .iter()
        .map(|problem| (problem.index, problem.reason.as_str()))
        .collect();
    let expected = [
        (0, "WINDOW_PAST"),
        (1, "WINDOW_ONGOING"),
        (2, "STALE_ETAG"),
        (4, "WINDOW_NOT_FOUND"),
    ];
    assert_eq!(reasons, expected);
    let status = client.delete_windows(request).await.unwrap_err();
    assert_eq!(
        fields(&status),
        ["names[0]", "names[1]", "names[2]", "names[4]"]
    );
    let all = client
        .list_windows(ListWindowsRequest::default())
        .await?
        .into_inner();
    assert_eq!(all.total_size, 4);

    client
        .delete_windows(delete(&[&windows[3], &windows[2]]))
        .await?;
    let all = client
        .list_windows(ListWindowsRequest::default())
        .await?
        .into_inner();
    assert_eq!(all.total_size, 2);
    let deleted = world
        .audited()
        .await?
        .into_iter()
        .filter(|action| action == "window.deleted");
    assert_eq!(deleted.count(), 2);

    let twice = delete(&[&windows[0], &windows[0]]);
    let status = client.delete_windows(twice).await.unwrap_err();
    assert_eq!(fields(&status), ["names[1]"]);
    let none = client.delete_windows(delete(&[])).await.unwrap_err();
    assert_eq!(fields(&none), ["names"]);
    Ok(())
}
