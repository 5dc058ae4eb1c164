//! What the accounts service tells.

use nsp_kit::{
    db::Database,
    events::{About, publish},
    id::AccountId,
    testbed::eventually,
};
use nsp_proto::{
    events::v1::{AccountCreated, TldAdded},
    tlsauth::v1::{GetGrantRequest, TlsRole, grant},
};

use crate::harness::{World, add, record, seen};

/// Publishes events as the accounts service would.
async fn tell(world: &World, account: AccountId, kind: &str, label: &str) -> anyhow::Result<()> {
    let db = Database::connect(&world.database)?;
    let mut tx = db.begin_as_service("accounts", world.clock.now()).await?;
    let created = AccountCreated {
        account: account.to_string(),
        display_name: "Acme Registry".into(),
        kind: kind.to_owned(),
    };
    publish(&mut tx, &About::new(&account, account), &created).await?;
    let added = TldAdded {
        tld: format!("tlds/{label}"),
        account: account.to_string(),
    };
    publish(&mut tx, &About::new(&added.tld, account), &added).await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::test]
async fn accounts_and_tlds_are_learned() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (registry, provider) = (AccountId::new(), AccountId::new());
    tell(&world, registry, "KIND_REGISTRY_OPERATOR", "one").await?;
    tell(&world, provider, "KIND_REGISTRY_SERVICE_PROVIDER", "two").await?;
    let known: Vec<(String, bool)> = eventually(async || {
        let known: Vec<(String, bool)> = sqlx::query_as(
            "select label, provider from tlds join accounts on accounts.id = account
             join policies on policies.tld = label order by label",
        )
        .fetch_all(&world.owner)
        .await?;
        Ok((known.len() == 2).then_some(known))
    })
    .await?;
    assert_eq!(known, [("one".to_owned(), false), ("two".to_owned(), true)]);
    Ok(())
}

#[tokio::test]
async fn who_was_let_in_by_a_former_holder_is_out_when_a_tld_moves() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["moving", "staying"]).await?;
    let omar = world.registry("Omar", &[]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    let grants = world.grant(&jane, &sjoerd, &["moving"]).await?;
    let monthly = [TlsRole::MonthlyReporting];
    let mut client = world.client(&jane)?;
    add(
        &mut client,
        &["moving", "staying"],
        &record("own.example", &monthly),
    )
    .await?;
    add(
        &mut world.client(&sjoerd)?,
        &["moving"],
        &record("rsp.example", &monthly),
    )
    .await?;
    let bucket = world.bucket().await?;
    world
        .policy(&bucket, "moving", |it| it.clients.len() == 2)
        .await?;
    tell(
        &world,
        omar.account.unwrap(),
        "KIND_REGISTRY_OPERATOR",
        "moving",
    )
    .await?;
    world
        .policy(&bucket, "moving", |it| it.clients.is_empty())
        .await?;
    assert_eq!(seen(&mut client).await?.len(), 1);
    assert!(seen(&mut world.client(&omar)?).await?.is_empty());
    assert!(seen(&mut world.client(&sjoerd)?).await?.is_empty());
    let get = GetGrantRequest {
        name: grants[0].name.clone(),
    };
    let ended = world.grants(&jane)?.get_grant(get).await?.into_inner();
    assert_eq!(ended.state(), grant::State::TldMoved);
    // The new holder begins anew.
    add(
        &mut world.client(&omar)?,
        &["moving"],
        &record("own.example", &monthly),
    )
    .await?;
    world
        .policy(&bucket, "moving", |it| it.clients.len() == 1)
        .await?;
    Ok(())
}
