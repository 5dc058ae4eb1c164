//! Sign-ins whose second factor is still missing.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId, seal::Sealed};

use crate::domain::AttemptId;

/// A sign-in whose password was right.
pub struct Attempt {
    pub id: AttemptId,
    pub person: UserId,
    /// Whether it is completed by enrolling a factor.
    pub enrols: bool,
    pub failures: i32,
    /// The TOTP secret that is being enrolled.
    pub secret: Option<Sealed>,
    pub expire_time: Timestamp,
}

pub async fn insert(tx: &mut Tx, attempt: &Attempt, hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sign_in_attempts (id, person, hash, enrols, failures, expire_time) values ($1, $2, $3, $4, $5, $6)",
        attempt.id.0,
        attempt.person.0,
        hash,
        attempt.enrols,
        attempt.failures,
        attempt.expire_time.to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The attempt whose secret has this hash, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, hash: &[u8]) -> sqlx::Result<Option<Attempt>> {
    let row = sqlx::query!(
        "select id, person, enrols, failures, secret, sealed_with, expire_time
         from sign_in_attempts where hash = $1 for update",
        hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Attempt {
        id: AttemptId(row.id),
        person: UserId(row.person),
        enrols: row.enrols,
        failures: row.failures,
        secret: row
            .sealed_with
            .zip(row.secret)
            .map(|(key, bytes)| Sealed { key, bytes }),
        expire_time: row.expire_time.to_jiff(),
    }))
}

pub async fn set_failures(tx: &mut Tx, id: AttemptId, failures: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "update sign_in_attempts set failures = $2 where id = $1",
        id.0,
        failures
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn set_secret(tx: &mut Tx, id: AttemptId, secret: &Sealed) -> sqlx::Result<()> {
    sqlx::query!(
        "update sign_in_attempts set secret = $2, sealed_with = $3 where id = $1",
        id.0,
        secret.bytes,
        secret.key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: AttemptId) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_attempts where id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends every open attempt of a person whose password has changed.
pub async fn delete_all(tx: &mut Tx, person: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_attempts where person = $1", person.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn delete_expired(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from sign_in_attempts where expire_time <= $1",
        tx.now().to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
