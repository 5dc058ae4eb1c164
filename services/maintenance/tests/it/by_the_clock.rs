//! Starts and ends are announced: each once, at its time, whatever else happens.

use jiff::SignedDuration;
use nsp_kit::clock::to_proto;
use nsp_proto::maintenance::v1::Window;

use crate::harness::{World, add, delete, update};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const START: &str = "window.started";
const END: &str = "window.ended";

#[tokio::test]
async fn a_window_starts_and_ends_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", 10, 20)).await?;
    world
        .clock
        .advance(MINUTE * 10 - SignedDuration::from_secs(1));
    world.announced(&[]).await?;
    world.clock.advance(SignedDuration::from_secs(1));
    world.announced(&[START]).await?;
    world.clock.advance(MINUTE * 10);
    world.announced(&[START, END]).await?;
    // A clock that is set back announces nothing again.
    world.clock.advance(-MINUTE * 15);
    let other = add(&mut world.client(&jane)?, world.window("one", 20, 21)).await?;
    world
        .client(&jane)?
        .delete_windows(delete(&[&other]))
        .await?;
    world.clock.advance(MINUTE * 30);
    let later = add(&mut world.client(&jane)?, world.window("one", 0, 5)).await?;
    world.announced(&[START, END, START]).await?;
    let resources: Vec<String> =
        sqlx::query_scalar("select resource from kit.audit where action in ($1, $2) order by id")
            .bind(START)
            .bind(END)
            .fetch_all(&world.owner)
            .await?;
    assert_eq!(
        resources,
        [&window.name, &window.name, &later.name].map(Clone::clone)
    );
    Ok(())
}

#[tokio::test]
async fn an_end_that_moves_is_announced_where_it_is_now() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", 10, 20)).await?;
    let move_end = async |minutes: i64| {
        let moved = Window {
            end_time: Some(to_proto(world.at(minutes))),
            etag: String::new(),
            ..window.clone()
        };
        world
            .client(&jane)?
            .update_window(update(&moved, &["end_time"]))
            .await?;
        anyhow::Ok(())
    };
    world.clock.advance(MINUTE * 15);
    world.announced(&[START]).await?;
    move_end(30).await?;
    world.clock.advance(MINUTE * 29);
    world.announced(&[START]).await?;
    move_end(1).await?;
    world.clock.advance(MINUTE);
    world.announced(&[START, END]).await
}

#[tokio::test]
async fn what_is_disabled_deleted_or_moved_does_not_start() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    let disabled = add(&mut client, world.window("one", 10, 20)).await?;
    let moved = add(&mut client, world.window("one", 30, 40)).await?;
    let deleted = add(&mut client, world.window("two", 10, 20)).await?;
    let hidden = Window {
        enabled: false,
        ..disabled
    };
    client.update_window(update(&hidden, &["enabled"])).await?;
    let moved = Window {
        end_time: Some(to_proto(world.at(60))),
        start_time: Some(to_proto(world.at(50))),
        ..moved
    };
    client
        .update_window(update(&moved, &["start_time", "end_time"]))
        .await?;
    client.delete_windows(delete(&[&deleted])).await?;
    world.clock.advance(MINUTE * 49);
    world.announced(&[]).await?;
    world.clock.advance(MINUTE);
    world.announced(&[START]).await
}

#[tokio::test]
async fn what_happened_while_the_service_stood_still_is_announced_once() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    add(&mut client, world.window("one", 10, 20)).await?;
    add(&mut client, world.window("two", 15, 60)).await?;
    world.clock.advance(MINUTE * 10);
    world.announced(&[START]).await?;
    world.running.take().unwrap().cancel();
    world.clock.advance(MINUTE * 20);
    // Two of them on the same database: one announces, the other finds that it was done.
    world.run().await?;
    world.run().await?;
    world.announced(&[START, START, END]).await?;
    world.clock.advance(MINUTE * 30);
    world.announced(&[START, START, END, END]).await
}
