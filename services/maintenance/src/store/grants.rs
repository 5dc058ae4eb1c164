//! Which service providers may schedule the windows of a TLD.

use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};
use uuid::Uuid;

use crate::{domain::Label, error::Error};

/// A registry's leave for a service provider.
#[derive(Debug)]
pub struct Grant {
    pub id: Uuid,
    pub account: AccountId,
    pub provider: AccountId,
    pub tld: Label,
    /// When it ends, exclusively.
    pub expire_time: jiff::Timestamp,
}

/// Remembers a grant as it is now.
pub async fn put(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    sqlx::query!(
        "insert into grants (id, account, provider, tld, expire_time) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set
             account = excluded.account, provider = excluded.provider, tld = excluded.tld, expire_time = excluded.expire_time",
        grant.id,
        grant.account.0,
        grant.provider.0,
        grant.tld.as_ref(),
        grant.expire_time.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets a grant that is over, or no longer about windows.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    sqlx::query!("delete from grants where id = $1", id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether the caller's account has any: few do, and lists are quicker without looking.
pub async fn any(tx: &mut Tx) -> Result<bool, Error> {
    if tx.scope().account().is_none() {
        return Ok(false);
    }
    let any = sqlx::query_scalar!(r#"select exists (select from granted) "any!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(any)
}
