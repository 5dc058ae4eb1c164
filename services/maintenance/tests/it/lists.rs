//! Lists: views, filters, orders, pages, counts (MW-1).

use nsp_kit::{auth::Person, clock::to_proto};
use nsp_proto::maintenance::v1::{
    CountWindowsRequest, ListWindowsRequest, Window, WindowOrder, WindowView, window::Phase,
};

use crate::harness::{Client, World, agent, create, fields};

/// The names of the windows that a request lists, over pages of two.
async fn names(
    client: &mut Client,
    mut request: ListWindowsRequest,
) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    request.page_size = 2;
    loop {
        let answer = client.list_windows(request.clone()).await?.into_inner();
        assert!(answer.windows.len() <= 2);
        assert!(
            answer
                .windows
                .iter()
                .all(|window| window.description.is_empty())
        );
        names.extend(answer.windows.into_iter().map(|window| window.display_name));
        if answer.next_page_token.is_empty() {
            assert_eq!(names.len(), usize::try_from(answer.total_size)?);
            return Ok(names);
        }
        request.page_token = answer.next_page_token;
    }
}

fn list(change: impl FnOnce(&mut ListWindowsRequest)) -> ListWindowsRequest {
    let mut request = ListWindowsRequest::default();
    change(&mut request);
    request
}

/// Six windows of Jane's, whose names begin with A to F, and one of Omar's; a quarter of an hour later.
async fn planned(world: &World) -> anyhow::Result<[Person; 2]> {
    let jane = world.person("Jane", &["one", "two"]).await?;
    let omar = world.person("Omar", &["foreign"]).await?;
    let named = |name: &str, window: Window| Window {
        display_name: name.to_owned(),
        ..window
    };
    let windows = [
        named("Echo past", world.window("one", 1, 10)),
        named("Delta ongoing", world.window("two", 5, 100)),
        named("Charlie long", world.window("one", 15, 300)),
        Window {
            enabled: false,
            ..named("Bravo off", world.window("two", 200, 300))
        },
        Window {
            service: "epp".into(),
            ..named("Alpha move", world.window("one", 200, 260))
        },
        named("Foxtrot", world.window("two", 300, 400)),
    ];
    world
        .client(&jane)?
        .create_windows(create(&windows))
        .await?;
    let foreign = [named("Foreign", world.window("foreign", 100, 200))];
    world
        .client(&omar)?
        .create_windows(create(&foreign))
        .await?;
    world.clock.advance(jiff::SignedDuration::from_mins(20));
    Ok([jane, omar])
}

#[tokio::test]
async fn views_filters_and_orders() -> anyhow::Result<()> {
    let world = World::start().await?;
    let [jane, omar] = planned(&world).await?;
    let mut client = world.client(&jane)?;
    let at = |minute: i64| Some(to_proto(world.at(minute)));
    let omars = omar.account.unwrap().to_string();
    let by = |order| list(|request| request.set_order_by(order));
    let view = |view| list(|request| request.set_view(view));
    let phase = |phase| list(|request| request.set_phase(phase));
    let words = |words: &str| list(|request| request.query = words.into());
    for (request, expected) in [
        (list(|_| {}), "EDCBAF"),
        (list(|request| request.descending = true), "FABCDE"),
        (by(WindowOrder::DisplayName), "ABCDEF"),
        (by(WindowOrder::Tld), "ECADBF"),
        (view(WindowView::Enabled), "EDCAF"),
        (view(WindowView::Disabled), "B"),
        (phase(Phase::Past), "E"),
        (phase(Phase::Ongoing), "DC"),
        (phase(Phase::Upcoming), "BAF"),
        (list(|request| request.tld = "two".into()), "DBF"),
        (list(|request| request.service = "epp".into()), "A"),
        (words("o"), "DB"),
        (words("MOVE al"), "A"),
        (words("' & !"), ""),
        (list(|request| request.overlap_end_time = at(180)), "EDC"),
        (list(|request| request.overlap_start_time = at(80)), "CBAF"),
        (
            list(|request| {
                request.overlap_start_time = at(79);
                request.overlap_end_time = at(181);
            }),
            "DCBA",
        ),
        // Portal users see their own whatever they ask for.
        (list(|request| request.account.clone_from(&omars)), "EDCBAF"),
        (list(|request| request.tld = "foreign".into()), ""),
    ] {
        let found = names(&mut client, request.clone()).await?;
        let initials: String = found.iter().map(|name| &name[..1]).collect();
        assert_eq!(initials, expected, "{request:?}");
    }
    Ok(())
}

#[tokio::test]
async fn counts_and_the_staffs_list() -> anyhow::Result<()> {
    let world = World::start().await?;
    let [jane, omar] = planned(&world).await?;
    let counts = async |person| {
        let mut client = world.client(person)?;
        let counts = client.count_windows(CountWindowsRequest {}).await?;
        let counts = counts.into_inner();
        anyhow::Ok((counts.ongoing, counts.upcoming))
    };
    assert_eq!(counts(&jane).await?, (2, 2));
    assert_eq!(counts(&agent()).await?, (2, 3));
    let mut staff = world.client(&agent())?;
    let all = names(&mut staff, ListWindowsRequest::default()).await?;
    assert_eq!(all.len(), 7);
    let of_omar = list(|request| request.account = omar.account.unwrap().to_string());
    assert_eq!(names(&mut staff, of_omar).await?, ["Foreign"]);
    Ok(())
}

#[tokio::test]
async fn the_order_of_starts_is_kept_over_pages() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let windows: Vec<Window> = (0..7)
        .map(|n| Window {
            display_name: format!("Window {n}"),
            ..world.window("one", 60 + n * 10, 70 + n * 10)
        })
        .collect();
    let mut client = world.client(&jane)?;
    client.create_windows(create(&windows)).await?;
    let mut expected: Vec<String> = windows
        .into_iter()
        .map(|window| window.display_name)
        .collect();
    assert_eq!(
        names(&mut client, ListWindowsRequest::default()).await?,
        expected
    );
    expected.reverse();
    assert_eq!(
        names(&mut client, list(|request| request.descending = true)).await?,
        expected
    );

    let first = ListWindowsRequest {
        page_size: 2,
        ..Default::default()
    };
    let token = client
        .list_windows(first)
        .await?
        .into_inner()
        .next_page_token;
    for wrong in [
        list(|request| {
            request.page_token.clone_from(&token);
            request.descending = true;
        }),
        list(|request| {
            request.page_token.clone_from(&token);
            request.set_order_by(WindowOrder::Tld);
        }),
        list(|request| request.page_token = "nonsense".into()),
    ] {
        let status = client.list_windows(wrong).await.unwrap_err();
        assert_eq!(fields(&status), ["page_token"]);
    }
    let wrong = list(|request| {
        request.tld = "x".into();
        request.service = "DNS".into();
        request.account = "acme".into();
        request.query = "x".repeat(201);
        request.overlap_start_time = Some(nsp_proto::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        });
    });
    let status = client.list_windows(wrong).await.unwrap_err();
    assert_eq!(
        fields(&status),
        ["query", "tld", "service", "account", "overlap_start_time"]
    );
    Ok(())
}
