//! The keys of tokens: rotated without anybody noticing, and sealed at rest.

use data_encoding::BASE64URL_NOPAD;
use nsp_identity::run;
use nsp_kit::testbed::eventually;
use nsp_proto::identity::v1::GetProfileRequest;

use crate::harness::{World, keys};

#[tokio::test]
async fn keys_are_rotated_and_tokens_follow() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let first = world.keys().await?;
    assert_eq!(first.len(), 1);
    let session = world.signed_in(&jane).await?;
    assert_eq!(key_of(&session.answer.token), first[0]);

    // Ten minutes before the end, the next key is published, and does not sign yet.
    world.advance_minutes(30 * 24 * 60 - 10);
    let both = eventually(async || {
        let keys = world.keys().await?;
        Ok((keys.len() == 2).then_some(keys))
    })
    .await?;
    let session = world.signed_in(&jane).await?;
    assert_eq!(key_of(&session.answer.token), first[0]);

    // Then it signs, and tokens of the old one are still good.
    world.advance_minutes(10);
    let new = world.authenticate(&session.secret).await?.token;
    assert_ne!(key_of(&new), first[0]);
    assert!(both.contains(&key_of(&new)));
    assert_eq!(world.keys().await?.len(), 2);

    // Until they have expired.
    world.advance_minutes(5);
    assert_eq!(world.keys().await?, [key_of(&new)]);
    eventually(async || {
        let answer = world.authenticate(&session.secret).await?;
        let mut users = nsp_proto::identity::v1::user_service_client::UserServiceClient::new(
            world.gateway.acting(&answer.token),
        );
        Ok(users.get_profile(GetProfileRequest {}).await.ok())
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn two_replicas_make_one_key() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (listeners, _) = world.bed.listeners().await?;
    let stop = world.bed.stop.clone();
    tokio::spawn(run(
        world.config.clone(),
        listeners,
        world.clock.clone(),
        stop,
    ));
    world.advance_minutes(30 * 24 * 60);
    eventually(async || Ok((world.keys().await?.len() == 2).then_some(()))).await?;
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(world.keys().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_new_sealing_key_takes_over_what_the_old_one_sealed() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let (listeners, address) = world.bed.listeners().await?;
    let mut config = world.config.clone();
    config.keys = keys(2, &[1]);
    let stop = world.bed.stop.clone();
    tokio::spawn(run(config, listeners, world.clock.clone(), stop));
    eventually(async || {
        let old: bool = sqlx::query_scalar(
            "select exists (select from (select sealed_with from totp_factors union all
             select sealed_with from signing_keys) as sealed where sealed_with <> $1)",
        )
        .bind(sealed_by(2))
        .fetch_one(&world.owner)
        .await?;
        Ok((!old).then_some(()))
    })
    .await?;
    world.gateway = world.bed.channel("identity", &address, "gateway")?;
    world.signed_in(&jane).await?;
    Ok(())
}

/// The id of a key of equal bytes.
fn sealed_by(byte: u8) -> String {
    let keyring = nsp_kit::seal::Keyring::new(&keys(byte, &[])).unwrap();
    keyring.current_id().to_owned()
}

/// The `kid` of a token's header.
fn key_of(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = BASE64URL_NOPAD.decode(header.as_bytes()).unwrap();
    let header = String::from_utf8(header).unwrap();
    let start = header.find("\"kid\":\"").unwrap() + 7;
    header[start..].split('"').next().unwrap().to_owned()
}
