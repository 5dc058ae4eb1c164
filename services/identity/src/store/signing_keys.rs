//! The keys that sign tokens.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, seal::Sealed};

/// A key with its sealed private half.
#[derive(Clone)]
pub struct SigningKey {
    pub id: String,
    pub public_key: Vec<u8>,
    pub secret: Sealed,
    pub not_before: Timestamp,
    pub not_after: Option<Timestamp>,
}

/// All keys, newest first.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<SigningKey>> {
    let rows = sqlx::query!(
        "select id, public_key, secret, sealed_with, not_before, not_after from signing_keys order by not_before desc, id",
    )
    .fetch_all(&mut **tx)
    .await?;
    let keys = rows.into_iter().map(|row| SigningKey {
        id: row.id,
        public_key: row.public_key,
        secret: Sealed {
            key: row.sealed_with,
            bytes: row.secret,
        },
        not_before: row.not_before.to_jiff(),
        not_after: row.not_after.map(jiff_sqlx::Timestamp::to_jiff),
    });
    Ok(keys.collect())
}

/// Adds a key, which takes over from the newest one when it begins to sign.
pub async fn insert_successor(tx: &mut Tx, key: &SigningKey) -> sqlx::Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update signing_keys set not_after = $1 where not_after is null",
        key.not_before.to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into signing_keys (id, public_key, secret, sealed_with, create_time, not_before) values ($1, $2, $3, $4, $5, $6)",
        key.id,
        key.public_key,
        key.secret.bytes,
        key.secret.key,
        now.to_sqlx(),
        key.not_before.to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn set_secret(tx: &mut Tx, id: &str, secret: &Sealed) -> sqlx::Result<()> {
    sqlx::query!(
        "update signing_keys set secret = $2, sealed_with = $3 where id = $1",
        id,
        secret.bytes,
        secret.key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from signing_keys where id = $1", id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
