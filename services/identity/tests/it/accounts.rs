//! What identity learns from the accounts service.

use nsp_kit::{id::AccountId, testbed::eventually};
use sqlx::types::Uuid;

use crate::harness::World;

#[tokio::test]
async fn an_account_gets_its_name_by_event() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let account = AccountId::new();
    sqlx::query(
        "insert into memberships (id, person, account, roles) values ($1, $2, $1, '{ROLE_CASES}')",
    )
    .bind(account)
    .bind(jane.user.id)
    .execute(&world.owner)
    .await?;
    // Members can work before the event has come.
    let session = world.signed_in(&jane).await?;
    assert_eq!(
        session.answer.acting.clone().unwrap().account_display_name,
        ""
    );

    // Our own relay sends whatever is in its outbox; here it stands in for that of the accounts service.
    sqlx::query(
        "insert into kit.outbox (id, subject, type, about, data, time)
         values ($1, 'nsp.accounts.v1.account.created', 'nsp.events.v1.AccountCreated', $2,
                 jsonb_build_object('account', $2, 'displayName', 'Acme', 'kind', 'KIND_REGISTRAR'), now())",
    )
    .bind(Uuid::now_v7())
    .bind(account.to_string())
    .execute(&world.owner)
    .await?;
    world.execute("select pg_notify('nsp_outbox', '')").await?;
    eventually(async || {
        let acting = world
            .authenticate(&session.secret)
            .await?
            .acting
            .unwrap_or_default();
        let known =
            acting.account_display_name == "Acme" && acting.account_kind == "KIND_REGISTRAR";
        Ok(known.then_some(()))
    })
    .await?;
    Ok(())
}
