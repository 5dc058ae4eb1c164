//! How long lists and the overlap check take as windows become many: ignored, because it is for reading, not for passing.
//!
//! `cargo nextest run -p nsp-maintenance --run-ignored only --no-capture how_long`

use std::time::{Duration, Instant};

use nsp_kit::{auth::Person, testbed};
use nsp_proto::{
    auth::v1::Role,
    maintenance::v1::{
        CountWindowsRequest, ListWindowsRequest, Window, WindowOrder, WindowView, window::Phase,
    },
};

use crate::harness::{Client, World, agent, create, validate};

const ROUNDS: u32 = 20;

/// Half of the windows belong to one account with 40 TLDs; the rest to 400 others with one each. A million reach over ten
/// years, half of them in the past; one in forty is disabled.
const FILL: &str = "
    with made as (
        select n, n % 2 = 0 as big, (n / 2) as m from generate_series(0, $1 - 1) as n),
    placed as (
        select n, case when big then 'big' || (m % 40) else 'small' || (m % 400) end as tld,
               (array['dns', 'epp', 'rdap'])[1 + (m / 400) % 3] as service,
               m / 1200 as slot, n % 40 <> 7 as enabled
        from made)
    insert into windows (id, account, tld, service, name, description, start_time, end_time, enabled, origin, creator,
                         creator_name, create_time, update_time, announced)
    select gen_random_uuid(), tlds.account, tld, service, 'Work ' || n || ' on ' || tld, 'Measured.', start_time,
           start_time + interval '30 seconds', enabled, 'portal', 'users/1', 'Jane', $2, $2,
           case when start_time + interval '30 seconds' <= $2 then 'ended'
                when start_time <= $2 then 'started' else 'nothing' end::window_announced
    from placed join tlds on label = tld
         cross join lateral (select $2 + (slot - $1 / 4800) * interval '9 days'
             + case when tld like 'big%' then (n / 80 % 10) * interval '1 minute' else interval '0' end as start_time) as times
    order by tld, service, start_time";

#[tokio::test]
#[ignore = "measures; it takes minutes and proves nothing"]
async fn how_long_it_takes_with_many_windows() -> anyhow::Result<()> {
    for count in [10_000_i64, 1_000_000] {
        let world = World::start().await?;
        let jane = testbed::portal_user("Jane", nsp_kit::id::AccountId::new(), &[Role::Technical]);
        for n in 0..40 {
            world
                .add_tld(&format!("big{n}"), jane.account.unwrap())
                .await?;
        }
        for n in 0..400 {
            world
                .add_tld(&format!("small{n}"), nsp_kit::id::AccountId::new())
                .await?;
        }
        let start = Instant::now();
        sqlx::query(FILL)
            .bind(count)
            .bind(jiff_sqlx::ToSqlx::to_sqlx(world.clock.now()))
            .execute(&world.owner)
            .await?;
        sqlx::query("vacuum analyze windows")
            .execute(&world.owner)
            .await?;
        println!("\n{count} windows, filled in {:.0?}", start.elapsed());
        lists(&world, &jane, "account").await?;
        lists(&world, &agent(), "staff").await?;
        overlaps(&world, &jane).await?;
    }
    Ok(())
}

async fn lists(world: &World, person: &Person, who: &str) -> anyhow::Result<()> {
    let mut client = world.client(person)?;
    let list = |change: fn(&mut ListWindowsRequest)| {
        let mut request = ListWindowsRequest::default();
        change(&mut request);
        request
    };
    for (name, request) in [
        ("first page, by start", list(|_| {})),
        (
            "first page, latest first",
            list(|request| request.descending = true),
        ),
        (
            "first page, by name",
            list(|request| request.set_order_by(WindowOrder::DisplayName)),
        ),
        (
            "first page, by TLD",
            list(|request| request.set_order_by(WindowOrder::Tld)),
        ),
        (
            "enabled",
            list(|request| request.set_view(WindowView::Enabled)),
        ),
        (
            "disabled",
            list(|request| request.set_view(WindowView::Disabled)),
        ),
        (
            "upcoming",
            list(|request| request.set_phase(Phase::Upcoming)),
        ),
        ("ongoing", list(|request| request.set_phase(Phase::Ongoing))),
        (
            "one TLD, upcoming",
            list(|request| {
                request.tld = "big3".into();
                request.set_phase(Phase::Upcoming);
            }),
        ),
        ("search", list(|request| request.query = "4711".into())),
    ] {
        report(&format!("{who}: {name}"), async || {
            client.clone().list_windows(request.clone()).await.map(drop)
        })
        .await?;
    }
    let month = ListWindowsRequest {
        page_size: 200,
        overlap_start_time: world.window("big1", 0, 1).start_time,
        overlap_end_time: world.window("big1", 30 * 24 * 60, 1).start_time,
        ..Default::default()
    };
    report(
        &format!("{who}: a month's calendar, 200 of it"),
        async || client.clone().list_windows(month.clone()).await.map(drop),
    )
    .await?;
    let middle = middle(&mut client).await?;
    report(&format!("{who}: page 21"), async || {
        client.clone().list_windows(middle.clone()).await.map(drop)
    })
    .await?;
    report(&format!("{who}: counts of the tab"), async || {
        client
            .clone()
            .count_windows(CountWindowsRequest {})
            .await
            .map(drop)
    })
    .await
}

async fn middle(client: &mut Client) -> anyhow::Result<ListWindowsRequest> {
    let mut request = ListWindowsRequest {
        page_size: 200,
        ..Default::default()
    };
    for _ in 0..20 {
        request.page_token = client
            .list_windows(request.clone())
            .await?
            .into_inner()
            .next_page_token;
    }
    request.page_size = 0;
    Ok(request)
}

async fn overlaps(world: &World, person: &Person) -> anyhow::Result<()> {
    let client = world.client(person)?;
    let windows: Vec<Window> = (0..500)
        .map(|n| world.window(&format!("big{}", n % 40), 400_000 + n, 400_001 + n))
        .collect();
    for some in [1, 500] {
        let request = validate(&windows[..some]);
        report(&format!("overlap check of {some}"), async || {
            client
                .clone()
                .create_windows(request.clone())
                .await
                .map(drop)
        })
        .await?;
    }
    let start = Instant::now();
    client.clone().create_windows(create(&windows)).await?;
    println!(
        "  {:<44} {:>8.1?}",
        "creation of 500, once",
        start.elapsed()
    );
    Ok(())
}

async fn report(
    name: &str,
    act: impl AsyncFn() -> Result<(), tonic::Status>,
) -> anyhow::Result<()> {
    act().await?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        act().await?;
        times.push(start.elapsed());
    }
    times.sort();
    let median: Duration = times[times.len() / 2];
    let most = times[times.len() - 1];
    println!("  {name:<44} median {median:>8.1?}  most {most:>8.1?}");
    Ok(())
}
