//! What the accounts service tells, and what others hear of windows.

use async_nats::jetstream;
use futures_util::StreamExt;
use nsp_kit::{
    db::Database,
    events::{About, publish},
    id::AccountId,
    testbed::eventually,
};
use nsp_proto::{
    events::v1::{AccountCreated, TldAdded},
    maintenance::v1::{GetWindowRequest, ListWindowsRequest},
};
use tonic::Code;

use crate::harness::{World, add, delete, refused};

/// Publishes events as the accounts service would.
async fn tell(world: &World, account: AccountId, label: &str) -> anyhow::Result<()> {
    let db = Database::connect(&world.database)?;
    let mut tx = db.begin_as_service("accounts", world.clock.now()).await?;
    let created = AccountCreated {
        account: account.to_string(),
        display_name: "Acme Registry".into(),
        kind: "KIND_REGISTRY_OPERATOR".into(),
    };
    publish(&mut tx, &About::new(&account, account), &created).await?;
    let added = TldAdded {
        tld: format!("tlds/{label}"),
        account: account.to_string(),
        delegation_date: String::new(),
    };
    publish(&mut tx, &About::new(&added.tld, account), &added).await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::test]
async fn accounts_and_tlds_are_learned_and_windows_go_with_their_tld() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &[]).await?;
    let omar = world.person("Omar", &[]).await?;
    let known = async |account: AccountId| {
        eventually(async || {
            let found: Option<String> = sqlx::query_scalar(
                "select name from accounts join tlds on account = id where id = $1",
            )
            .bind(account)
            .fetch_optional(&world.owner)
            .await?;
            Ok(found)
        })
        .await
    };
    tell(&world, jane.account.unwrap(), "moving").await?;
    known(jane.account.unwrap()).await?;
    let past = add(&mut world.client(&jane)?, world.window("moving", 1, 2)).await?;
    let upcoming = add(&mut world.client(&jane)?, world.window("moving", 60, 120)).await?;
    assert_eq!(upcoming.account_display_name, "Acme Registry");
    world.clock.advance(jiff::SignedDuration::from_mins(30));
    tell(&world, omar.account.unwrap(), "moving").await?;
    known(omar.account.unwrap()).await?;

    let names = async |person| {
        let list = world
            .client(person)?
            .list_windows(ListWindowsRequest::default())
            .await?;
        let windows = list.into_inner().windows.into_iter();
        anyhow::Ok(windows.map(|window| window.name).collect::<Vec<_>>())
    };
    assert_eq!(names(&jane).await?, [past.name]);
    assert_eq!(names(&omar).await?, std::slice::from_ref(&upcoming.name));
    let get = GetWindowRequest {
        name: upcoming.name,
    };
    refused(
        world.client(&jane)?.get_window(get).await,
        Code::NotFound,
        "WINDOW_NOT_FOUND",
    );
    Ok(())
}

#[tokio::test]
async fn what_happens_to_a_window_is_published_in_order() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let nats = async_nats::connect(world.bed.nats().url).await?;
    let js = jetstream::new(nats.clone());
    nsp_kit::events::stream(&js).await?;
    let mut heard = nats.subscribe("nsp.maintenance.v1.>").await?;
    nats.flush().await?;
    let first = add(&mut world.client(&jane)?, world.window("one", 10, 20)).await?;
    let second = add(&mut world.client(&jane)?, world.window("one", 30, 40)).await?;
    world
        .client(&jane)?
        .delete_windows(delete(&[&second]))
        .await?;
    world.clock.advance(jiff::SignedDuration::from_mins(20));
    let mut subjects = Vec::new();
    for _ in 0..5 {
        let message = heard.next().await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&message.payload)?;
        assert_eq!(body["tld"], "one");
        assert!(!String::from_utf8_lossy(&message.payload).contains("Anycast"));
        let last = message.subject.rsplit('.').next().unwrap().to_owned();
        let window = body["window"].as_str().unwrap().to_owned();
        subjects.push((last, window));
    }
    let expected = [
        ("created", &first.name),
        ("created", &second.name),
        ("deleted", &second.name),
        ("started", &first.name),
        ("ended", &first.name),
    ];
    assert_eq!(
        subjects,
        expected.map(|(what, name)| (what.to_owned(), name.clone()))
    );
    Ok(())
}
