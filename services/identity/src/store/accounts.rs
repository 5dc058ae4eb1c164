//! What we know about accounts, by the events of the accounts service.

use nsp_kit::{db::Tx, id::AccountId};

/// Remembers an account; what is known of it already is replaced.
pub async fn put(tx: &mut Tx, id: AccountId, display_name: &str, kind: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into accounts (id, display_name, kind) values ($1, $2, $3)
         on conflict (id) do update set display_name = excluded.display_name, kind = excluded.kind",
        id.0,
        display_name,
        kind,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the account is called; empty while no event of it has come.
pub async fn name(tx: &mut Tx, id: AccountId) -> sqlx::Result<String> {
    let name = sqlx::query_scalar!("select display_name from accounts where id = $1", id.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(name.unwrap_or_default())
}
