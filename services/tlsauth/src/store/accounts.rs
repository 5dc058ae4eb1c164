//! The accounts that the accounts service has told us of.

use nsp_kit::{db::Tx, id::AccountId, page::Page};
use uuid::Uuid;

use crate::error::Error;

/// An account of a registry service provider.
#[derive(Debug, sqlx::FromRow)]
pub struct Provider {
    pub id: Uuid,
    pub name: String,
}

/// Remembers what an account is called, and whether it is a service provider's.
pub async fn put(tx: &mut Tx, account: AccountId, name: &str, provider: bool) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts (id, name, provider) values ($1, $2, $3)
         on conflict (id) do update set name = excluded.name, provider = excluded.provider",
        account.0,
        name,
        provider,
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

/// Whether an account is a service provider's.
pub async fn is_provider(tx: &mut Tx, account: AccountId) -> Result<bool, Error> {
    let found = sqlx::query_scalar!("select provider from accounts where id = $1", account.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found.unwrap_or(false))
}

/// Service providers by name.
pub async fn providers(
    tx: &mut Tx,
    query: &str,
    page: &Page<(String, Uuid)>,
) -> Result<Vec<Provider>, Error> {
    let (name, id) = page.after.clone().unwrap_or_default();
    Ok(sqlx::query_as!(
        Provider,
        "select id, name from accounts
         where provider and (name, id) > ($1, $2) and strpos(lower(name), lower($3)) > 0
         order by name, id limit $4",
        name,
        id,
        query,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?)
}
