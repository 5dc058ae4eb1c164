//! Windows are created all or none, and what is wrong is said at once and of each (MW-2, MW-3).

use nsp_kit::status::reason;
use nsp_proto::maintenance::v1::{
    CreateWindowsRequest, ExpandRecurrenceRequest, GetWindowRequest, ListServicesRequest,
    ListWindowsRequest, Window, occurrence::Adjustment, window,
};
use tonic::Code;
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::harness::{World, add, create, fields, refused, validate};

#[tokio::test]
async fn many_windows_are_created_and_read_back() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    let services = client
        .list_services(ListServicesRequest {})
        .await?
        .into_inner();
    let codes: Vec<String> = services.services.into_iter().map(|one| one.code).collect();
    assert_eq!(codes[..3], ["dns", "dnssec", "epp"]);
    let mut windows = Vec::new();
    for tld in ["one", "two"] {
        for service in &codes {
            windows.push(Window {
                service: service.clone(),
                ..world.window(tld, 60, 120)
            });
        }
    }
    let preview = client
        .create_windows(validate(&windows))
        .await?
        .into_inner();
    assert!(preview.problems.is_empty());
    assert_eq!(preview.windows.len(), windows.len());
    assert!(preview.windows.iter().all(|one| one.name.is_empty()));
    let count = client.list_windows(ListWindowsRequest::default()).await?;
    assert_eq!(count.into_inner().total_size, 0);

    let created = client.create_windows(create(&windows)).await?.into_inner();
    assert_eq!(created.windows.len(), 16);
    for (wanted, created) in windows.iter().zip(&created.windows) {
        assert_eq!(
            (&wanted.tld, &wanted.service),
            (&created.tld, &created.service)
        );
        let get = GetWindowRequest {
            name: created.name.clone(),
        };
        let read = client.get_window(get).await?.into_inner();
        assert_eq!(&read, created);
        assert_eq!(read.phase(), window::Phase::Upcoming);
        assert_eq!(read.origin(), window::Origin::Portal);
        assert_eq!(read.creator_display_name, "Jane");
        assert_eq!(read.start_time, wanted.start_time);
    }
    assert_eq!(world.audited().await?, vec!["window.created"; 16]);
    Ok(())
}

#[tokio::test]
async fn everything_wrong_is_told_at_once_and_nothing_is_created() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    world.person("Mallory", &["foreign"]).await?;
    let mut client = world.client(&jane)?;
    let fraction = |mut window: Window| {
        window.start_time.as_mut().unwrap().nanos = 1;
        window
    };
    let windows = [
        world.window("one", 60, 120),
        world.window("foreign", 60, 120),
        Window {
            tld: "nothing at all".into(),
            display_name: " ".into(),
            description: "x".repeat(1_001),
            end_time: None,
            ..world.window("one", 60, 120)
        },
        Window {
            service: "gopher".into(),
            ..world.window("one", 60, 120)
        },
        world.window("one", 60, 60),
        world.window("one", -16, 10),
        world.window("one", -10, 0),
        world.window("one", 60, 60 + 336 * 60 + 1),
        world.window("one", 731 * 24 * 60, 731 * 24 * 60 + 1),
        fraction(world.window("one", 500, 520)),
    ];
    let expected = [
        "windows[1].tld",
        "windows[2].tld",
        "windows[2].display_name",
        "windows[2].description",
        "windows[2].end_time",
        "windows[3].service",
        "windows[4].end_time",
        "windows[5].start_time",
        "windows[6].end_time",
        "windows[7].end_time",
        "windows[8].start_time",
        "windows[9].start_time",
    ];
    let status = client.create_windows(create(&windows)).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "INVALID_FIELDS")
    );
    assert_eq!(fields(&status), expected);
    let told = client
        .create_windows(validate(&windows))
        .await?
        .into_inner();
    let told: Vec<String> = told
        .problems
        .iter()
        .map(|problem| format!("windows[{}].{}", problem.index, problem.field))
        .collect();
    assert_eq!(told, expected);
    assert!(world.audited().await?.is_empty());

    let none = CreateWindowsRequest {
        request_id: "soon".into(),
        ..Default::default()
    };
    let status = client.create_windows(none).await.unwrap_err();
    assert_eq!(fields(&status), ["request_id", "windows"]);
    let too_many = vec![world.window("one", 60, 120); 501];
    let status = client.create_windows(create(&too_many)).await.unwrap_err();
    assert_eq!(fields(&status), ["windows"]);
    Ok(())
}

#[tokio::test]
async fn an_overlap_is_refused_with_what_is_in_the_way() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    let there = add(&mut client, world.window("one", 60, 120)).await?;
    let disabled = |window| Window {
        enabled: false,
        ..window
    };
    let windows = [
        world.window("one", 90, 150),
        world.window("one", 120, 130),
        disabled(world.window("one", 60, 120)),
        world.window("two", 60, 120),
        world.window("one", 30, 60),
        world.window("two", 119, 200),
    ];
    let told = client
        .create_windows(validate(&windows))
        .await?
        .into_inner();
    let clashes: Vec<_> = told
        .problems
        .iter()
        .map(|problem| {
            assert_eq!(
                (problem.reason.as_str(), problem.field.as_str()),
                ("OVERLAP", "start_time")
            );
            let clash = problem.clash.as_ref().unwrap();
            (problem.index, clash.window.as_str(), clash.index)
        })
        .collect();
    let name = there.name.as_str();
    assert_eq!(
        clashes,
        [
            (0, name, -1),
            (0, "", 1),
            (1, "", 0),
            (3, "", 5),
            (5, "", 3)
        ]
    );
    let first = told.problems[0].clash.as_ref().unwrap();
    assert_eq!(first.creator_display_name, "Jane");
    assert_eq!(
        (first.start_time, first.end_time),
        (there.start_time, there.end_time)
    );
    assert_eq!(
        told.problems[0].message,
        "overlaps with “Work on one” (DNS of .one), 2026-11-21 13:00 to 14:00 UTC, entered by Jane"
    );

    let answer = client.create_windows(create(&windows[..1])).await;
    let status = answer.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::FailedPrecondition, "OVERLAP")
    );
    let bad = status.get_details_bad_request().unwrap();
    assert_eq!(bad.field_violations[0].field, "windows[0].start_time");
    assert_eq!(
        bad.field_violations[0].description,
        told.problems[0].message
    );
    // What touches does not overlap, and what is disabled is in nobody's way.
    let touching = [
        windows[1].clone(),
        windows[2].clone(),
        windows[3].clone(),
        windows[4].clone(),
    ];
    client.create_windows(create(&touching)).await?;
    Ok(())
}

#[tokio::test]
async fn the_database_refuses_an_overlap_by_itself() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let copy = "insert into windows (id, account, tld, service, name, description, start_time, end_time, enabled, origin,
            creator, creator_name, create_time, update_time)
        select gen_random_uuid(), account, tld, service, name, description, start_time, end_time, $1, origin, creator,
            creator_name, create_time, update_time from windows limit 1";
    let refused = sqlx::query(copy)
        .bind(true)
        .execute(&world.owner)
        .await
        .unwrap_err();
    let refused = refused.as_database_error().unwrap();
    assert_eq!(refused.constraint(), Some("windows_overlap"));
    sqlx::query(copy).bind(false).execute(&world.owner).await?;
    Ok(())
}

#[tokio::test]
async fn a_retried_request_gets_the_same_answer() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let request = CreateWindowsRequest {
        request_id: Uuid::now_v7().to_string(),
        ..create(&[world.window("one", 60, 120), world.window("one", 120, 180)])
    };
    let mut other = client.clone();
    let (first, second) = tokio::join!(
        client.create_windows(request.clone()),
        other.create_windows(request.clone())
    );
    let first = first?.into_inner();
    assert_eq!(first, second?.into_inner());
    world.clock.advance(jiff::SignedDuration::from_mins(61));
    let mut client = world.client(&jane)?;
    assert_eq!(
        client.create_windows(request.clone()).await?.into_inner(),
        first
    );
    let count: i64 = sqlx::query_scalar("select count(*) from windows")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(count, 2);

    let different = CreateWindowsRequest {
        windows: vec![world.window("one", 300, 400)],
        ..request
    };
    let status = client.create_windows(different).await.unwrap_err();
    assert_eq!(fields(&status), ["request_id"]);
    Ok(())
}

#[tokio::test]
async fn of_two_who_want_the_same_time_one_gets_it_and_the_other_hears_who() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    for round in 0..10 {
        let start = 60 + round * 100;
        let (one, two) = (
            world.window("one", start, start + 50),
            world.window("two", start, start + 50),
        );
        let (mut a, mut b) = (world.client(&jane)?, world.client(&jane)?);
        // In opposite orders, as two who would wait for each other for ever.
        let (a, b) = tokio::join!(
            a.create_windows(create(&[one.clone(), two.clone()])),
            b.create_windows(create(&[two, one]))
        );
        let refused = match (a, b) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(&refused), "OVERLAP");
        assert_eq!(
            fields(&refused),
            ["windows[0].start_time", "windows[1].start_time"]
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_emergency_may_be_entered_a_little_late() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", -15, 60)).await?;
    assert_eq!(window.phase(), window::Phase::Ongoing);
    world.announced(&["window.started"]).await
}

#[tokio::test]
async fn a_rule_gives_occurrences_that_become_windows() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let first = world.window("one", 24 * 60 + 30, 24 * 60 + 90);
    let request = ExpandRecurrenceRequest {
        rule: "FREQ=WEEKLY;COUNT=20".into(),
        time_zone: "Europe/Vienna".into(),
        start_time: first.start_time,
        end_time: first.end_time,
        max_occurrences: 0,
    };
    let found = client
        .expand_recurrence(request.clone())
        .await?
        .into_inner();
    assert_eq!(found.occurrences.len(), 20);
    assert!(
        found
            .occurrences
            .iter()
            .all(|one| one.adjustment() == Adjustment::Unspecified)
    );
    // The clocks go forward on 28 March: what was at 12:30 UTC is at 11:30 from then on.
    let of_day = |n: usize| found.occurrences[n].start_time.unwrap().seconds % 86_400;
    assert_eq!((of_day(17), of_day(18)), (45_000, 41_400));
    let windows: Vec<Window> = found
        .occurrences
        .iter()
        .map(|one| Window {
            start_time: one.start_time,
            end_time: one.end_time,
            ..first.clone()
        })
        .collect();
    client.create_windows(create(&windows)).await?;

    for (change, expected) in [
        (
            ExpandRecurrenceRequest {
                max_occurrences: 19,
                ..request.clone()
            },
            "rule",
        ),
        (
            ExpandRecurrenceRequest {
                rule: "FREQ=WEEKLY".into(),
                ..request.clone()
            },
            "rule",
        ),
        (
            ExpandRecurrenceRequest {
                rule: "FREQ=WEEKLY;COUNT=400".into(),
                ..request.clone()
            },
            "rule",
        ),
        (
            ExpandRecurrenceRequest {
                time_zone: "Vienna".into(),
                ..request.clone()
            },
            "time_zone",
        ),
        (
            ExpandRecurrenceRequest {
                end_time: request.start_time,
                ..request.clone()
            },
            "end_time",
        ),
        (
            ExpandRecurrenceRequest {
                max_occurrences: 501,
                ..request.clone()
            },
            "max_occurrences",
        ),
        (
            ExpandRecurrenceRequest {
                rule: "FREQ=DAILY;COUNT=2;BYDAY=MO".into(),
                ..request
            },
            "start_time",
        ),
    ] {
        let status = client.expand_recurrence(change).await.unwrap_err();
        refused(
            Err::<(), _>(status.clone()),
            Code::InvalidArgument,
            "INVALID_FIELDS",
        );
        assert_eq!(fields(&status), [expected]);
    }
    Ok(())
}
