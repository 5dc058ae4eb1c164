//! A service provider schedules the windows of a TLD while its registry lets it (TLS-8).

use jiff::SignedDuration;
use nsp_kit::{
    auth::Person,
    clock::to_proto,
    db::Database,
    events::{About, publish},
    id::AccountId,
    testbed::{self, eventually},
};
use nsp_proto::{
    auth::v1::Role,
    event::Event as Message,
    events::v1::{TlsGrantCreated, TlsGrantEnded},
    maintenance::v1::{GetWindowRequest, ListWindowsRequest, Window},
};
use tonic::Code;
use uuid::Uuid;

use crate::harness::{World, add, create, delete, fields, refused, update};

const WINDOWS: &str = "GRANT_SCOPE_WINDOWS";

/// A grant of a registry to a provider for a day, as tlsauth tells of it.
fn grant(world: &World, by: &Person, to: &Person, tld: &str, scope: &str) -> TlsGrantCreated {
    TlsGrantCreated {
        grant: format!("grants/{}", Uuid::now_v7()),
        account: by.account.unwrap().to_string(),
        provider: to.account.unwrap().to_string(),
        tld: tld.to_owned(),
        scopes: vec![scope.to_owned()],
        expire_time: Some(to_proto(world.clock.now() + SignedDuration::from_hours(24))),
    }
}

async fn tell<E: Message>(world: &World, event: &E) -> anyhow::Result<()> {
    let db = Database::connect(&world.database)?;
    let mut tx = db.begin_as_service("tlsauth", world.clock.now()).await?;
    publish(&mut tx, &About::new(&Uuid::now_v7(), None), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Waits until so many grants are known.
async fn known(world: &World, count: i64) -> anyhow::Result<()> {
    eventually(async || {
        let found: i64 = sqlx::query_scalar("select count(*) from grants")
            .fetch_one(&world.owner)
            .await?;
        Ok((found == count).then_some(()))
    })
    .await
}

async fn names(world: &World, person: &Person) -> anyhow::Result<Vec<String>> {
    let mut client = world.client(person)?;
    let list = client.list_windows(ListWindowsRequest::default()).await?;
    let list = list.into_inner();
    assert_eq!(usize::try_from(list.total_size)?, list.windows.len());
    Ok(list.windows.into_iter().map(|window| window.name).collect())
}

fn get(window: &Window) -> GetWindowRequest {
    GetWindowRequest {
        name: window.name.clone(),
    }
}

#[tokio::test]
async fn a_provider_schedules_for_a_registry_and_sees_nothing_else_of_it() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let omar = world.person("Omar", &["three"]).await?;
    let sjoerd = testbed::portal_user("Sjoerd", AccountId::new(), &[Role::Technical]);
    let of_jane = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let hidden = add(&mut world.client(&jane)?, world.window("two", 60, 120)).await?;

    let mut client = world.client(&sjoerd)?;
    let intrude = client.create_windows(create(&[world.window("one", 200, 260)]));
    assert_eq!(fields(&intrude.await.unwrap_err()), ["windows[0].tld"]);

    tell(&world, &grant(&world, &jane, &sjoerd, "one", WINDOWS)).await?;
    tell(&world, &grant(&world, &omar, &sjoerd, "three", WINDOWS)).await?;
    // Of who does not hold the TLD: it is good for nothing.
    tell(&world, &grant(&world, &omar, &sjoerd, "two", WINDOWS)).await?;
    known(&world, 3).await?;
    // For something else: it is none here.
    tell(
        &world,
        &grant(&world, &jane, &sjoerd, "two", "GRANT_SCOPE_REPORTS"),
    )
    .await?;

    let made = add(&mut client, world.window("one", 200, 260)).await?;
    assert_eq!(made.account, jane.account.unwrap().to_string());
    assert_eq!(names(&world, &sjoerd).await?, [&*of_jane.name, &*made.name]);
    assert_eq!(
        names(&world, &jane).await?,
        [&*of_jane.name, &*hidden.name, &*made.name]
    );
    assert!(names(&world, &omar).await?.is_empty());
    refused(
        client.get_window(get(&hidden)).await,
        Code::NotFound,
        "WINDOW_NOT_FOUND",
    );
    let intrude = client.create_windows(create(&[world.window("two", 200, 260)]));
    assert_eq!(fields(&intrude.await.unwrap_err()), ["windows[0].tld"]);
    let clash = client.create_windows(create(&[world.window("one", 90, 100)]));
    assert_eq!(fields(&clash.await.unwrap_err()), ["windows[0].start_time"]);

    // What the registry made is theirs to change, too; but a window stays with its registry.
    let renamed = Window {
        display_name: "By the provider".into(),
        ..of_jane.clone()
    };
    let change = client.update_window(update(&renamed, &["display_name"]));
    let renamed = change.await?.into_inner();
    let moved = Window {
        tld: "three".into(),
        ..renamed.clone()
    };
    let refusal = client.update_window(update(&moved, &["tld"])).await;
    assert_eq!(fields(&refusal.unwrap_err()), ["window.tld"]);
    client.delete_windows(delete(&[&made])).await?;
    assert_eq!(names(&world, &sjoerd).await?, [&*of_jane.name]);

    // A role that is limited to other TLDs.
    let limited = Person {
        tlds: vec!["three".into()],
        ..sjoerd.clone()
    };
    assert!(names(&world, &limited).await?.is_empty());
    // Over by the clock.
    world.clock.advance(SignedDuration::from_hours(24));
    assert!(names(&world, &sjoerd).await?.is_empty());
    let mut client = world.client(&sjoerd)?;
    let refusal = client.update_window(update(&renamed, &["display_name"]));
    refused(refusal.await, Code::NotFound, "WINDOW_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn a_grant_that_was_taken_back_opens_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let sjoerd = testbed::portal_user("Sjoerd", AccountId::new(), &[Role::Technical]);
    let window = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let given = grant(&world, &jane, &sjoerd, "one", WINDOWS);
    tell(&world, &given).await?;
    known(&world, 1).await?;
    assert_eq!(names(&world, &sjoerd).await?, [&*window.name]);

    let ended = TlsGrantEnded {
        grant: given.grant,
        account: given.account,
        provider: given.provider,
        tld: given.tld,
        state: "STATE_REVOKED".to_owned(),
    };
    tell(&world, &ended).await?;
    known(&world, 0).await?;
    assert!(names(&world, &sjoerd).await?.is_empty());
    let mut client = world.client(&sjoerd)?;
    let refusal = client.get_window(get(&window)).await;
    refused(refusal, Code::NotFound, "WINDOW_NOT_FOUND");
    let intrude = client.create_windows(create(&[world.window("one", 200, 260)]));
    assert_eq!(fields(&intrude.await.unwrap_err()), ["windows[0].tld"]);
    Ok(())
}
