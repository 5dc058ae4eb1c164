//! What may change of a window, and when (MW-4).

use jiff::SignedDuration;
use nsp_kit::clock::to_proto;
use nsp_proto::maintenance::v1::{GetWindowRequest, UpdateWindowRequest, Window};
use tonic::Code;

use crate::harness::{World, add, fields, refused, update};

#[tokio::test]
async fn on_the_second_of_start_and_end() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let until = |second: i64| SignedDuration::from_secs(second);
    let mut now = 0;
    let mut move_to = |second: i64| {
        world.clock.advance(until(second - now));
        now = second;
    };

    move_to(3_599);
    let mut everything = Window {
        tld: "two".into(),
        service: "epp".into(),
        display_name: "Other".into(),
        description: String::new(),
        ..window.clone()
    };
    let mask = ["tld", "service", "display_name", "description"];
    let changed = world
        .client(&jane)?
        .update_window(update(&everything, &mask))
        .await?
        .into_inner();
    assert_eq!(
        (changed.tld.as_str(), changed.service_display_name.as_str()),
        ("two", "EPP")
    );
    assert_ne!(changed.etag, window.etag);

    move_to(3_600);
    everything.display_name = "Third".into();
    everything.etag.clear();
    let mut client = world.client(&jane)?;
    for field in ["display_name", "tld", "enabled"] {
        let different = Window {
            tld: "one".into(),
            enabled: false,
            ..everything.clone()
        };
        let answer = client.update_window(update(&different, &[field])).await;
        refused(answer, Code::FailedPrecondition, "WINDOW_ONGOING");
    }
    everything.end_time = Some(to_proto(world.clock.now() + until(7_200)));
    // A mask may name what stays as it is.
    everything.display_name = "Other".into();
    let moved = client
        .update_window(update(&everything, &["end_time", "display_name"]))
        .await?;
    assert_eq!(moved.into_inner().end_time, everything.end_time);
    everything.end_time = Some(to_proto(world.clock.now() + until(60)));
    client
        .update_window(update(&everything, &["end_time"]))
        .await?;
    everything.end_time = Some(to_proto(world.clock.now()));
    let status = client
        .update_window(update(&everything, &["end_time"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["window.end_time"]);

    move_to(3_660);
    everything.end_time = Some(to_proto(world.clock.now() + until(60)));
    let mut client = world.client(&jane)?;
    for field in ["end_time", "display_name"] {
        let answer = client.update_window(update(&everything, &[field])).await;
        refused(answer, Code::FailedPrecondition, "WINDOW_PAST");
    }
    Ok(())
}

#[tokio::test]
async fn what_changed_in_between_is_not_overwritten() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let window = add(&mut client, world.window("one", 60, 120)).await?;
    let renamed = |name: &str| Window {
        display_name: name.into(),
        ..window.clone()
    };
    let mut other = client.clone();
    let (a, b) = (
        update(&renamed("A"), &["display_name"]),
        update(&renamed("B"), &["display_name"]),
    );
    let (a, b) = tokio::join!(client.update_window(a), other.update_window(b));
    let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
    refused(lost, Code::Aborted, "STALE_ETAG");
    let won = won?.into_inner();
    // The same once more is no change.
    let again = update(&won, &["display_name"]);
    assert_eq!(client.update_window(again).await?.into_inner(), won);
    let changes = world.audited().await?;
    assert_eq!(changes, ["window.created", "window.changed"]);
    Ok(())
}

#[tokio::test]
async fn a_change_must_overlap_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    add(&mut client, world.window("one", 60, 120)).await?;
    let window = add(&mut client, world.window("one", 120, 180)).await?;
    let earlier = Window {
        start_time: Some(to_proto(world.at(119))),
        ..window.clone()
    };
    let status = client
        .update_window(update(&earlier, &["start_time"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["window.start_time"]);
    refused(Err::<(), _>(status), Code::FailedPrecondition, "OVERLAP");
    // Disabled, it may overlap, until it is to be enabled again.
    let hidden = Window {
        enabled: false,
        etag: String::new(),
        ..earlier
    };
    let hidden = client
        .update_window(update(&hidden, &["start_time", "enabled"]))
        .await?
        .into_inner();
    let shown = Window {
        enabled: true,
        ..hidden.clone()
    };
    let ask = UpdateWindowRequest {
        validate_only: true,
        ..update(&shown, &["enabled"])
    };
    refused(
        client.update_window(ask).await,
        Code::FailedPrecondition,
        "OVERLAP",
    );
    Ok(())
}

#[tokio::test]
async fn a_change_must_make_sense() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    world.person("Mallory", &["foreign"]).await?;
    let mut client = world.client(&jane)?;
    let window = add(&mut client, world.window("one", 60, 120)).await?;
    for (mask, change, expected) in [
        (vec![], window.clone(), "update_mask"),
        (vec!["creator"], window.clone(), "update_mask"),
        (
            vec!["display_name"],
            Window {
                display_name: String::new(),
                ..window.clone()
            },
            "window.display_name",
        ),
        (
            vec!["end_time"],
            Window {
                end_time: window.start_time,
                ..window.clone()
            },
            "window.end_time",
        ),
        (
            vec!["start_time"],
            Window {
                start_time: Some(to_proto(world.at(-16))),
                ..window.clone()
            },
            "window.start_time",
        ),
        (
            vec!["tld"],
            Window {
                tld: "foreign".into(),
                ..window.clone()
            },
            "window.tld",
        ),
        (
            vec!["service"],
            Window {
                service: "gopher".into(),
                ..window.clone()
            },
            "window.service",
        ),
        (
            vec!["enabled"],
            Window {
                etag: "x".into(),
                ..window.clone()
            },
            "window.etag",
        ),
    ] {
        let status = client
            .update_window(update(&change, &mask))
            .await
            .unwrap_err();
        assert_eq!(fields(&status), [expected]);
    }
    let ask = UpdateWindowRequest {
        validate_only: true,
        ..update(
            &Window {
                display_name: "New".into(),
                ..window.clone()
            },
            &["display_name"],
        )
    };
    assert_eq!(
        client.update_window(ask).await?.into_inner().display_name,
        "New"
    );
    let get = GetWindowRequest {
        name: window.name.clone(),
    };
    assert_eq!(client.get_window(get).await?.into_inner(), window);
    Ok(())
}
