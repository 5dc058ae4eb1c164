//! Windows through RRI and MoSAPI: schedules by an id that the client chose (MW-6).

use nsp_kit::clock::to_proto;
use nsp_proto::maintenance::v1::{
    DeleteScheduleRequest, GetScheduleRequest, ListSchedulesRequest, ListWindowsRequest,
    MachineClient, PutScheduleRequest, PutScheduleResponse, Schedule, machine_client::Interface,
    window::Origin,
};
use tonic::Code;

use crate::harness::{World, add, delete, fields, refused, update};

fn by(name: &str) -> MachineClient {
    MachineClient {
        name: name.to_owned(),
        interface: Interface::Mosapi.into(),
    }
}

/// An enabled schedule of `one`, from and until so many minutes from now.
fn schedule(world: &World, id: &str, services: &[&str], start: i64, end: i64) -> Schedule {
    Schedule {
        tld: "one".to_owned(),
        schedule_id: id.to_owned(),
        display_name: "Anycast sites move".to_owned(),
        description: "Oslo to Bergen.".to_owned(),
        enabled: true,
        services: services.iter().map(|code| (*code).to_owned()).collect(),
        start_time: Some(to_proto(world.at(start))),
        end_time: Some(to_proto(world.at(end))),
        ..Default::default()
    }
}

async fn put(world: &World, schedule: &Schedule) -> anyhow::Result<PutScheduleResponse> {
    let request = PutScheduleRequest {
        schedule: Some(schedule.clone()),
        client: Some(by("one_ry")),
    };
    Ok(world.edge().put_schedule(request).await?.into_inner())
}

/// The code and the words of a rejection.
async fn rejected(world: &World, schedule: &Schedule) -> anyhow::Result<(i32, String)> {
    let answer = put(world, schedule).await?;
    assert_eq!(answer.schedule, None);
    let rejection = answer.rejection.unwrap_or_default();
    assert!(!rejection.message.is_empty());
    Ok((rejection.result_code, rejection.description))
}

fn get(id: &str) -> GetScheduleRequest {
    GetScheduleRequest {
        tld: "one".to_owned(),
        schedule_id: id.to_owned(),
    }
}

async fn remove(
    world: &World,
    id: &str,
) -> Result<Option<nsp_proto::maintenance::v1::Rejection>, tonic::Status> {
    let request = DeleteScheduleRequest {
        tld: "one".to_owned(),
        schedule_id: id.to_owned(),
        client: Some(by("one_ry")),
    };
    let answer = world.edge().delete_schedule(request).await?;
    Ok(answer.into_inner().rejection)
}

async fn listed(world: &World) -> anyhow::Result<Vec<String>> {
    let request = ListSchedulesRequest {
        tld: "one".to_owned(),
    };
    let answer = world.edge().list_schedules(request).await?.into_inner();
    Ok(answer
        .schedules
        .into_iter()
        .map(|one| one.schedule_id)
        .collect())
}

async fn windows_of(world: &World, id: &str) -> anyhow::Result<Vec<String>> {
    Ok(
        sqlx::query_scalar("select service from windows where external_id = $1 order by service")
            .bind(id)
            .fetch_all(&world.owner)
            .await?,
    )
}

#[tokio::test]
async fn a_schedule_is_created_changed_and_deleted_by_its_id() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let wanted = schedule(&world, "week-47", &["EPP", "dns", "dns"], 60, 120);
    let first = put(&world, &wanted).await?;
    assert!(first.created);
    let made = first.schedule.unwrap();
    assert_eq!(made.services, ["dns", "epp"]);
    assert_eq!(
        (&made.start_time, &made.end_time),
        (&wanted.start_time, &wanted.end_time)
    );
    assert_eq!(
        world
            .edge()
            .get_schedule(get("week-47"))
            .await?
            .into_inner(),
        made
    );

    // People see the same windows, and who entered them.
    let seen = world
        .client(&jane)?
        .list_windows(ListWindowsRequest::default())
        .await?;
    let seen = seen.into_inner().windows;
    assert_eq!(seen.len(), 2);
    for window in &seen {
        assert_eq!(
            (window.origin(), window.external_id.as_str()),
            (Origin::Mosapi, "week-47")
        );
        assert_eq!(
            (
                window.creator.as_str(),
                window.creator_display_name.as_str()
            ),
            ("services/access", "one_ry")
        );
    }

    // The same again is no change.
    let again = put(&world, &wanted).await?;
    assert_eq!((again.created, again.schedule), (false, Some(made)));
    assert_eq!(world.audited().await?, ["window.created", "window.created"]);

    // Another service in place of one, and another name.
    let mut other = schedule(&world, "week-47", &["dns", "rdap"], 90, 150);
    other.display_name = "Later".to_owned();
    let changed = put(&world, &other).await?;
    assert!(!changed.created);
    assert_eq!(changed.schedule.unwrap().services, ["dns", "rdap"]);
    assert_eq!(windows_of(&world, "week-47").await?, ["dns", "rdap"]);
    assert_eq!(
        world.audited().await?[2..],
        ["window.deleted", "window.changed", "window.created"]
    );
    let by_client: i64 = sqlx::query_scalar(
        "select count(*) from kit.audit where actor = 'services/access' and actor_name = 'one_ry' and account is not null",
    )
    .fetch_one(&world.owner)
    .await?;
    assert_eq!(by_client, 5);

    assert_eq!(remove(&world, "week-47").await?, None);
    assert_eq!(windows_of(&world, "week-47").await?, [""; 0]);
    refused(
        remove(&world, "week-47").await,
        Code::NotFound,
        "SCHEDULE_NOT_FOUND",
    );
    let gone = world.edge().get_schedule(get("week-47")).await;
    refused(gone, Code::NotFound, "SCHEDULE_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_has_a_code_and_changes_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.person("Jane", &["one"]).await?;
    for (start, end) in [(60, 60), (60, 59)] {
        let (code, words) = rejected(&world, &schedule(&world, "a", &["dns"], start, end)).await?;
        assert_eq!(
            (code, words.as_str()),
            (2007, "endTime must be after the startTime")
        );
    }
    let mut nameless = schedule(&world, "a", &[], 60, 120);
    nameless.display_name.clear();
    nameless.start_time = None;
    let (code, words) = rejected(&world, &nameless).await?;
    let expected =
        "name must not be empty; startTime must be given; services must have at least one service";
    assert_eq!((code, words.as_str()), (2001, expected));
    let (code, words) =
        rejected(&world, &schedule(&world, "a", &["dns", "gopher"], 60, 120)).await?;
    assert_eq!(code, 2002);
    assert!(
        words.starts_with("services has \"gopher\"; known are dns, dnssec, epp"),
        "{words}"
    );
    let (code, words) = rejected(&world, &schedule(&world, "a", &["dns", "epp"], -30, 120)).await?;
    assert_eq!(
        (code, words.as_str()),
        (
            2008,
            "startTime must not lie more than 15 minutes in the past"
        )
    );
    let (code, _) = rejected(&world, &schedule(&world, "a", &["dns"], 60, 60 + 337 * 60)).await?;
    assert_eq!(code, 2008);
    assert_eq!(listed(&world).await?, [""; 0]);
    assert_eq!(world.audited().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_window_of_the_portal_is_in_the_way_and_can_be_seen() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mine = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let (code, words) = rejected(&world, &schedule(&world, "a", &["epp", "dns"], 90, 150)).await?;
    assert_eq!(code, 2015);
    assert!(
        words.contains("“Work on one” (DNS of .one)") && words.contains("entered by Jane"),
        "{words}"
    );
    assert_eq!(windows_of(&world, "a").await?, [""; 0]);
    put(&world, &schedule(&world, "a", &["epp", "dns"], 120, 150)).await?;

    // It goes by its own id, and may be changed by that as any other.
    let id = mine.name.strip_prefix("windows/").unwrap();
    assert_eq!(listed(&world).await?, [id, "a"]);
    let seen = world.edge().get_schedule(get(id)).await?.into_inner();
    assert_eq!(
        (seen.display_name.as_str(), seen.services),
        ("Work on one", vec!["dns".to_owned()])
    );
    let moved = put(&world, &schedule(&world, id, &["dns"], 30, 60)).await?;
    assert_eq!(
        (moved.created, moved.schedule.unwrap().schedule_id.as_str()),
        (false, id)
    );
    assert_eq!(remove(&world, id).await?, None);
    let answer = world.client(&jane)?.delete_windows(delete(&[&mine])).await;
    refused(answer, Code::FailedPrecondition, "WINDOWS_NOT_DELETABLE");
    Ok(())
}

#[tokio::test]
async fn of_what_has_started_only_the_end_moves_and_what_is_over_stays() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.person("Jane", &["one"]).await?;
    let wanted = schedule(&world, "a", &["dns", "epp"], 60, 120);
    put(&world, &wanted).await?;
    world.clock.advance(jiff::SignedDuration::from_mins(90));
    let renamed = Schedule {
        display_name: "Other".to_owned(),
        ..wanted.clone()
    };
    assert_eq!(rejected(&world, &renamed).await?.0, 2009);
    let without = Schedule {
        services: vec!["dns".to_owned()],
        ..wanted.clone()
    };
    assert_eq!(rejected(&world, &without).await?.0, 2009);
    assert_eq!(remove(&world, "a").await?.unwrap().result_code, 2009);
    let longer = Schedule {
        end_time: Some(to_proto(world.at(60))),
        ..wanted.clone()
    };
    let moved = put(&world, &longer).await?.schedule.unwrap();
    assert_eq!(moved.end_time, longer.end_time);
    assert_eq!(listed(&world).await?, ["a"]);

    world.clock.advance(jiff::SignedDuration::from_mins(60));
    assert_eq!(listed(&world).await?, [""; 0]);
    // Over, yet the same again is no change, and it can still be read.
    assert_eq!(put(&world, &longer).await?.schedule, Some(moved));
    assert_eq!(rejected(&world, &renamed).await?.0, 2010);
    assert_eq!(remove(&world, "a").await?.unwrap().result_code, 2010);
    world.edge().get_schedule(get("a")).await?;
    Ok(())
}

#[tokio::test]
async fn people_may_change_what_a_machine_entered() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    put(&world, &schedule(&world, "a", &["dns", "epp"], 60, 120)).await?;
    let mut client = world.client(&jane)?;
    let windows = client
        .list_windows(ListWindowsRequest::default())
        .await?
        .into_inner()
        .windows;
    let mut dns = windows
        .iter()
        .find(|window| window.service == "dns")
        .unwrap()
        .clone();
    dns.end_time = Some(to_proto(world.at(180)));
    client.update_window(update(&dns, &["end_time"])).await?;
    let seen = world.edge().get_schedule(get("a")).await?.into_inner();
    assert_eq!(seen.end_time, dns.end_time);
    // Two windows of one schedule for one service would be nobody's.
    dns.etag.clear();
    dns.service = "epp".to_owned();
    dns.enabled = false;
    let answer = client
        .update_window(update(&dns, &["service", "enabled"]))
        .await;
    assert_eq!(fields(&answer.unwrap_err()), ["window.service"]);
    Ok(())
}

#[tokio::test]
async fn many_at_once_make_one_schedule() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.person("Jane", &["one"]).await?;
    let request = PutScheduleRequest {
        schedule: Some(schedule(&world, "a", &["dns", "epp"], 60, 120)),
        client: Some(by("one_ry")),
    };
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut edge, request) = (world.edge(), request.clone());
        all.spawn(async move { edge.put_schedule(request).await });
    }
    let mut created = 0;
    while let Some(answer) = all.join_next().await {
        created += usize::from(answer??.into_inner().created);
    }
    assert_eq!(created, 1);
    assert_eq!(windows_of(&world, "a").await?, ["dns", "epp"]);
    Ok(())
}

#[tokio::test]
async fn only_the_edge_may_and_it_says_for_whom() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let token = world.bed.token(&jane)?;
    let mut person = crate::harness::Schedules::new(world.channel().acting(&token));
    refused(
        person.get_schedule(get("a")).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    let mut gateway = crate::harness::Schedules::new(world.channel());
    refused(
        gateway.get_schedule(get("a")).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );

    let nobody = PutScheduleRequest {
        schedule: Some(schedule(&world, "a b", &["dns"], 60, 120)),
        client: None,
    };
    let refusal = world.edge().put_schedule(nobody).await.unwrap_err();
    assert_eq!(
        fields(&refusal),
        ["schedule.schedule_id", "client.interface", "client.name"]
    );
    let mut unknown = schedule(&world, "a", &["dns"], 60, 120);
    unknown.tld = "never".to_owned();
    let request = PutScheduleRequest {
        schedule: Some(unknown),
        client: Some(by("one_ry")),
    };
    refused(
        world.edge().put_schedule(request).await,
        Code::NotFound,
        "TLD_NOT_FOUND",
    );
    Ok(())
}
