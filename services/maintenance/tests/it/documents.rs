//! The calendar feed and the RFC 9167 export (MW-7).

use nsp_kit::{auth::Person, testbed};
use nsp_proto::{
    auth::v1::Role,
    maintenance::v1::{
        CreateFeedRequest, DeleteFeedRequest, ExportWindowsRequest, GetFeedCalendarRequest,
        GetFeedRequest, Window, WindowView,
    },
};
use tonic::Code;

use crate::harness::{World, add, agent, create, fields, refused};

fn get(secret: &str, etag: &str) -> GetFeedCalendarRequest {
    GetFeedCalendarRequest {
        secret: secret.to_owned(),
        if_none_match: etag.to_owned(),
    }
}

#[tokio::test]
async fn a_feed_shows_the_accounts_enabled_windows_to_whom_knows_its_secret() -> anyhow::Result<()>
{
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let omar = world.person("Omar", &["foreign"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let hidden = Window {
        enabled: false,
        ..world.window("one", 60, 120)
    };
    add(&mut world.client(&jane)?, hidden).await?;
    add(&mut world.client(&omar)?, world.window("foreign", 60, 120)).await?;
    let mut feeds = world.feeds(&jane)?;
    refused(
        feeds.get_feed(GetFeedRequest {}).await,
        Code::NotFound,
        "FEED_NOT_FOUND",
    );
    let made = feeds
        .create_feed(CreateFeedRequest { replace: false })
        .await?
        .into_inner();
    let again = feeds
        .create_feed(CreateFeedRequest { replace: false })
        .await;
    refused(again, Code::AlreadyExists, "FEED_EXISTS");
    let feed = feeds.get_feed(GetFeedRequest {}).await?.into_inner();
    assert_eq!(Some(&feed), made.feed.as_ref());
    assert!(feed.read_time.is_none());

    let (_, mut gateway) = world.anonymous();
    let calendar = gateway
        .get_feed_calendar(get(&made.secret, ""))
        .await?
        .into_inner();
    let text = String::from_utf8(calendar.document)?;
    assert_eq!(calendar.content_type, "text/calendar; charset=utf-8");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    assert!(text.contains(&format!(
        "UID:{}@",
        window.name.trim_start_matches("windows/")
    )));
    assert!(text.contains("DTSTART:20261121T130000Z\r\nDTEND:20261121T140000Z"));
    assert!(!text.contains("foreign"));
    let same = gateway
        .get_feed_calendar(get(&made.secret, &calendar.etag))
        .await?
        .into_inner();
    assert!(same.not_modified && same.document.is_empty() && same.etag == calendar.etag);
    add(&mut world.client(&jane)?, world.window("one", 200, 220)).await?;
    let changed = gateway
        .get_feed_calendar(get(&made.secret, &calendar.etag))
        .await?
        .into_inner();
    assert!(!changed.not_modified && changed.etag != calendar.etag);
    assert!(
        feeds
            .get_feed(GetFeedRequest {})
            .await?
            .into_inner()
            .read_time
            .is_some()
    );

    // Only its hash is kept.
    let kept: Vec<u8> = sqlx::query_scalar("select secret from feeds")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(kept.len(), 32);
    let kept = String::from_utf8_lossy(&kept).into_owned();
    assert!(!kept.contains(&made.secret));
    assert!(
        !world
            .audited()
            .await?
            .iter()
            .any(|row| row.contains(&made.secret))
    );
    Ok(())
}

#[tokio::test]
async fn an_address_stops_working_when_it_is_replaced_or_revoked() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mut feeds = world.feeds(&jane)?;
    let (_, mut gateway) = world.anonymous();
    let first = feeds
        .create_feed(CreateFeedRequest { replace: true })
        .await?
        .into_inner();
    let second = feeds
        .create_feed(CreateFeedRequest { replace: true })
        .await?
        .into_inner();
    let name = second.feed.as_ref().unwrap().name.clone();
    let mut answers = async |secret: &str| gateway.get_feed_calendar(get(secret, "")).await;
    refused(
        answers(&first.secret).await,
        Code::NotFound,
        "FEED_NOT_FOUND",
    );
    answers(&second.secret).await?;
    for wrong in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        refused(answers(wrong).await, Code::NotFound, "FEED_NOT_FOUND");
    }
    let omar = world.person("Omar", &["foreign"]).await?;
    let foreign = world
        .feeds(&omar)?
        .delete_feed(DeleteFeedRequest { name: name.clone() })
        .await;
    refused(foreign, Code::NotFound, "FEED_NOT_FOUND");
    answers(&second.secret).await?;
    feeds.delete_feed(DeleteFeedRequest { name }).await?;
    refused(
        answers(&second.secret).await,
        Code::NotFound,
        "FEED_NOT_FOUND",
    );
    let expected = [
        "feed.created",
        "feed.deleted",
        "feed.created",
        "feed.deleted",
    ];
    assert_eq!(world.audited().await?, expected);
    Ok(())
}

#[tokio::test]
async fn a_feed_is_not_for_those_who_see_some_tlds_only_nor_its_document_for_persons()
-> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let limited = Person {
        tlds: vec!["one".into()],
        ..jane.clone()
    };
    world
        .feeds(&jane)?
        .create_feed(CreateFeedRequest { replace: false })
        .await?;
    let mut caleb = world.feeds(&limited)?;
    refused(
        caleb.get_feed(GetFeedRequest {}).await,
        Code::NotFound,
        "FEED_NOT_FOUND",
    );
    let make = caleb.create_feed(CreateFeedRequest { replace: true }).await;
    refused(make, Code::PermissionDenied, "FEED_FOR_ALL_TLDS");
    for person in [jane, agent()] {
        let read = world.feeds(&person)?.get_feed_calendar(get("x", "")).await;
        refused(read, Code::PermissionDenied, "ROLE_REQUIRED");
    }
    Ok(())
}

#[tokio::test]
async fn an_export_has_an_item_for_each_window_in_scope() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let omar = world.person("Omar", &["foreign"]).await?;
    let windows = [
        world.window("one", 60, 120),
        world.window("two", 200, 300),
        Window {
            enabled: false,
            ..world.window("two", 400, 500)
        },
    ];
    world
        .client(&jane)?
        .create_windows(create(&windows))
        .await?;
    add(&mut world.client(&omar)?, world.window("foreign", 60, 120)).await?;
    let export = async |person: &Person, request: ExportWindowsRequest| {
        let answer = world
            .client(person)?
            .export_windows(request)
            .await?
            .into_inner();
        assert_eq!(answer.content_type, "application/xml");
        anyhow::Ok(String::from_utf8(answer.document)?)
    };
    let all = export(&jane, ExportWindowsRequest::default()).await?;
    assert_eq!(all.matches("<maint:maint>").count(), 3);
    assert!(!all.contains("foreign"));
    assert!(all.contains("xmlns:maint=\"urn:ietf:params:xml:ns:epp:maintenance-1.0\""));
    let mut some = ExportWindowsRequest {
        tld: "two".into(),
        ..Default::default()
    };
    some.set_view(WindowView::Enabled);
    assert_eq!(
        export(&jane, some).await?.matches("<maint:maint>").count(),
        1
    );
    let until = ExportWindowsRequest {
        overlap_end_time: windows[1].start_time,
        ..Default::default()
    };
    assert_eq!(
        export(&jane, until).await?.matches("<maint:maint>").count(),
        1
    );
    let status = world
        .client(&agent())?
        .export_windows(ExportWindowsRequest::default())
        .await;
    assert_eq!(fields(&status.unwrap_err()), ["account"]);
    let of_omar = ExportWindowsRequest {
        account: omar.account.unwrap().to_string(),
        ..Default::default()
    };
    assert!(export(&agent(), of_omar.clone()).await?.contains("foreign"));
    assert!(!export(&jane, of_omar).await?.contains("foreign"));
    let reader = testbed::portal_user("Reader", omar.account.unwrap(), &[Role::ReadOnly]);
    assert!(
        export(&reader, ExportWindowsRequest::default())
            .await?
            .contains("foreign")
    );
    Ok(())
}

#[tokio::test]
async fn an_export_that_would_be_cut_off_is_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    for batch in 0..3 {
        let window = |n: i64| {
            world.window(
                "one",
                60 + (batch * 400 + n) * 10,
                70 + (batch * 400 + n) * 10,
            )
        };
        let windows: Vec<Window> = (0..400).map(window).collect();
        world
            .client(&jane)?
            .create_windows(create(&windows))
            .await?;
    }
    let all = world
        .client(&jane)?
        .export_windows(ExportWindowsRequest::default())
        .await;
    refused(all, Code::FailedPrecondition, "EXPORT_TOO_LARGE");
    let some = ExportWindowsRequest {
        overlap_end_time: Some(nsp_kit::clock::to_proto(world.at(60 + 10_000))),
        ..Default::default()
    };
    let some = world
        .client(&jane)?
        .export_windows(some)
        .await?
        .into_inner();
    assert_eq!(
        String::from_utf8(some.document)?
            .matches("<maint:maint>")
            .count(),
        1_000
    );
    Ok(())
}
