//! The accounts that the accounts service has told us of.

use nsp_kit::{db::Tx, id::AccountId};

use crate::error::Error;

/// Remembers what an account is called, and what it is to ICANN.
pub async fn put(tx: &mut Tx, account: AccountId, name: &str, kind: &str) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts (id, name, kind) values ($1, $2, $3)
         on conflict (id) do update set name = excluded.name, kind = excluded.kind",
        account.0,
        name,
        kind,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
