//! The accounts that the accounts service has told us of.

use nsp_kit::{db::Tx, id::AccountId};

use crate::error::Error;

/// Remembers what an account is called.
pub async fn put(tx: &mut Tx, account: AccountId, name: &str) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name",
        account.0,
        name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What an account is called; empty while nobody has told.
pub async fn name(tx: &mut Tx, account: AccountId) -> Result<String, Error> {
    let name = sqlx::query_scalar!("select name from accounts where id = $1", account.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(name.unwrap_or_default())
}
