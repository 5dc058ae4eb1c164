//! The demonstration data fits, and its people can sign in.

use std::path::Path;

use nsp_identity::demo;
use nsp_proto::{
    auth::v1::Role,
    identity::v1::{StartSignInRequest, complete_sign_in_request::Factor as Shown},
};

use crate::{harness::World, people::code};

const PASSWORD: &str = "demonstration password of this test";
/// Everybody's; 20 bytes.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

#[tokio::test]
async fn the_people_of_the_demonstration_can_sign_in() -> anyhow::Result<()> {
    let world = World::start().await?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let secrets = world.bed.folder().join("secrets.toml");
    std::fs::write(&secrets, secrets_of(&data)?)?;
    demo::load(&world.config, &data, Some(&secrets), &world.clock).await?;
    // Again, which does nothing.
    demo::load(&world.config, &data, Some(&secrets), &world.clock).await?;

    let attempt = world.enter("jane@acme-registry.example", PASSWORD).await?;
    let shown = Shown::TotpCode(code(SECRET, &world.clock));
    let session = world.complete(&attempt.secret, shown).await?;
    let answer = world.authenticate(&session.secret).await?;
    let acting = answer.acting.unwrap();
    assert_eq!(acting.account_display_name, "Acme Registry Ltd");
    assert_eq!(acting.account_kind, "KIND_REGISTRY_OPERATOR");
    assert!(acting.roles.contains(&Role::Administrator.into()));

    let attempt = world.enter("ada@naming-services.example", PASSWORD).await?;
    let shown = Shown::TotpCode(code(SECRET, &world.clock));
    let session = world.complete(&attempt.secret, shown).await?;
    assert!(
        world
            .authenticate(&session.secret)
            .await?
            .user
            .unwrap()
            .staff
    );

    let without: i64 = sqlx::query_scalar(
        "select count(*) from users u where not staff and not exists (select from memberships where person = u.id)",
    )
    .fetch_one(&world.owner)
    .await?;
    assert_eq!(without, 0);
    let request = StartSignInRequest {
        email: "jane@acme-registry.example".to_owned(),
        password: "wrong".to_owned(),
        client: None,
    };
    assert!(world.sign_in().start_sign_in(request).await.is_err());
    Ok(())
}

fn secrets_of(data: &Path) -> anyhow::Result<String> {
    let users: toml::Table = std::fs::read_to_string(data.join("users.toml"))?.parse()?;
    let users = users["user"].as_array().unwrap().iter();
    let lines: Vec<_> = users
        .map(|user| format!("{} = {SECRET:?}", user["email"]))
        .collect();
    Ok(format!(
        "password = {PASSWORD:?}\n[totp]\n{}\n",
        lines.join("\n")
    ))
}
