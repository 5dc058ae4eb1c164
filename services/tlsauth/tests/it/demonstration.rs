//! The demonstration data.

use std::path::Path;

use crate::harness::World;

#[tokio::test]
async fn the_demonstration_has_entries_a_grant_and_a_waiting_upload_and_is_loaded_once()
-> anyhow::Result<()> {
    let world = World::start().await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    for _ in 0..2 {
        nsp_tlsauth::demo(&world.database, &folder, &world.clock).await?;
    }
    let count = async |query: &'static str| -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar(query).fetch_one(&world.owner).await?)
    };
    assert_eq!(count("select count(*) from entries").await?, 14);
    assert_eq!(
        count("select count(*) from entries where grant_id is not null").await?,
        2
    );
    assert_eq!(
        count("select count(*) from grants where state = 'active'").await?,
        3
    );
    assert_eq!(
        count("select count(*) from consents where due_time > notify_time").await?,
        2
    );
    // Some TLDs have none, as in life.
    assert!(count("select count(*) from policies where version = 0").await? > 20);
    let bucket = world.bucket().await?;
    let policy = world.policy(&bucket, "cornershop", |_| true).await?;
    assert!(policy.clients[0].expire_time.is_some());
    // What lies in the past is not announced now, but for what other services go by.
    assert_eq!(world.audited().await?, ["tls-grant.created"; 3]);
    Ok(())
}
