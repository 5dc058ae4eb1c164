//! The bucket that the mTLS edge decides by.

use async_nats::jetstream;
use nsp_kit::clock::to_proto;
use nsp_proto::tlsauth::v1::{ListTldsRequest, RevokeGrantsRequest, TlsClientRecord, TlsRole};

use crate::harness::{DAY, World, add, delete, record, update};

const MONTHLY: [TlsRole; 1] = [TlsRole::MonthlyReporting];

#[tokio::test]
async fn a_change_is_in_the_bucket_soon_after_its_commit() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    let bucket = world.bucket().await?;
    let start = std::time::Instant::now();
    let made = add(&mut client, &["one"], &record("a.example", &MONTHLY)).await?;
    let first = world.policy(&bucket, "one", |_| true).await?;
    // Far below the five seconds after which it would be found without being told.
    assert!(start.elapsed().as_secs() < 4, "{:?}", start.elapsed());
    assert_eq!((first.tld.as_str(), first.version), ("one", 1));
    assert_eq!(first.change_time, Some(to_proto(world.clock.now())));
    let [entry] = first.clients.as_slice() else {
        panic!("{first:?}");
    };
    assert_eq!(entry.name, made[0].name);
    assert_eq!(entry.domain_names, ["a.example"]);
    assert_eq!(entry.roles, [1]);
    assert_eq!(entry.prefixes, ["192.0.2.0/24", "2001:db8::/32"]);
    assert_eq!(entry.expire_time, None);

    let new = TlsClientRecord {
        prefixes: vec!["198.51.100.7".into()],
        ..Default::default()
    };
    client
        .update_tls_clients(update(&[&made[0]], &new, &["prefixes"]))
        .await?;
    let second = world.policy(&bucket, "one", |it| it.version == 2).await?;
    assert_eq!(second.clients[0].prefixes, ["198.51.100.7/32"]);
    client.delete_tls_clients(delete(&[&made[0]])).await?;
    let third = world.policy(&bucket, "one", |it| it.version == 3).await?;
    assert!(third.clients.is_empty());
    // Of a TLD that never had an entry there is nothing to say.
    assert!(bucket.get("two").await?.is_none());
    let tlds = client
        .list_tlds(ListTldsRequest::default())
        .await?
        .into_inner()
        .tlds;
    let publishing: Vec<bool> = tlds.iter().map(|tld| tld.publishing).collect();
    assert_eq!(publishing, [false, false]);
    Ok(())
}

#[tokio::test]
async fn a_bucket_that_was_lost_is_filled_again() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    add(&mut client, &["one", "two"], &record("a.example", &MONTHLY)).await?;
    let bucket = world.bucket().await?;
    for tld in ["one", "two"] {
        world
            .policy(&bucket, tld, |it| it.clients.len() == 1)
            .await?;
    }
    let js = jetstream::new(async_nats::connect(world.bed.nats().url).await?);
    js.delete_key_value("nsp-tlsauth-policy").await?;
    let bucket = world.bucket().await?;
    for tld in ["one", "two"] {
        let policy = world.policy(&bucket, tld, |_| true).await?;
        assert_eq!((policy.version, policy.clients.len()), (1, 1));
    }
    Ok(())
}

#[tokio::test]
async fn two_replicas_and_a_restart_publish_the_newest() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let first = world.running.clone();
    world.run().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let bucket = world.bucket().await?;
    let mut client = world.client(&jane)?;
    let made = add(&mut client, &["one"], &record("a.example", &MONTHLY)).await?;
    world.policy(&bucket, "one", |it| it.version == 1).await?;
    first.cancel();
    world.running.cancel();
    // Changed while nobody publishes, as after a crash between commit and write.
    sqlx::query("update policies set version = version + 1 where tld = 'one'")
        .execute(&world.owner)
        .await?;
    world.run().await?;
    world.policy(&bucket, "one", |it| it.version == 2).await?;
    let mut client = world.client(&jane)?;
    client.delete_tls_clients(delete(&[&made[0]])).await?;
    world.policy(&bucket, "one", |it| it.version == 3).await?;
    Ok(())
}

#[tokio::test]
async fn what_a_provider_entered_ends_with_its_grant() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    let grants = world.grant(&jane, &sjoerd, &["one", "two"]).await?;
    add(
        &mut world.client(&jane)?,
        &["one", "two"],
        &record("own.example", &MONTHLY),
    )
    .await?;
    let mut provider = world.client(&sjoerd)?;
    add(
        &mut provider,
        &["one", "two"],
        &record("rsp.example", &MONTHLY),
    )
    .await?;
    let bucket = world.bucket().await?;
    for tld in ["one", "two"] {
        let policy = world
            .policy(&bucket, tld, |it| it.clients.len() == 2)
            .await?;
        // The edge knows when it ends, also if nobody tells it.
        assert_eq!(policy.clients[0].expire_time, None);
        assert_eq!(policy.clients[1].expire_time, grants[0].expire_time);
    }
    let request = RevokeGrantsRequest {
        names: vec![grants[0].name.clone()],
    };
    world.grants(&jane)?.revoke_grants(request).await?;
    let policy = world
        .policy(&bucket, "one", |it| it.clients.len() == 1)
        .await?;
    assert_eq!(policy.clients[0].domain_names, ["own.example"]);
    world.clock.advance(DAY * 30);
    let policy = world
        .policy(&bucket, "two", |it| it.clients.len() == 1)
        .await?;
    assert_eq!(policy.clients[0].domain_names, ["own.example"]);
    Ok(())
}
