//! Password hashes.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId};

/// The person's hash.
pub async fn get(tx: &mut Tx, person: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select hash from passwords where person = $1", person.0)
        .fetch_optional(&mut **tx)
        .await
}

/// The person's hash, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, person: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select hash from passwords where person = $1 for update",
        person.0
    )
    .fetch_optional(&mut **tx)
    .await
}

/// The person has a new password.
pub async fn set(tx: &mut Tx, person: UserId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into passwords (person, hash, change_time) values ($1, $2, $3)
         on conflict (person) do update set hash = excluded.hash, change_time = excluded.change_time",
        person.0,
        hash,
        tx.now().to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The same password, hashed as one hashes today; nothing happens if the password was changed meanwhile.
pub async fn rehash(tx: &mut Tx, person: UserId, before: &str, hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update passwords set hash = $3 where person = $1 and hash = $2",
        person.0,
        before,
        hash
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
