//! Sign-ins whose second factor is still missing.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId, seal::Sealed};
use uuid::Uuid;

use crate::domain::AttemptId;

/// A sign-in whose password was right.
pub struct Attempt {
    pub id: AttemptId,
    /// Whether it is completed by enrolling a factor.
    pub enrols: bool,
    pub failures: i32,
    /// The TOTP secret that is being enrolled.
    pub secret: Option<Sealed>,
    pub expire_time: Timestamp,
}

/// Which kinds of factors a person has.
#[derive(Debug, Clone, Copy)]
pub struct Kinds {
    pub totp: bool,
    pub passkey: bool,
}

/// Begins a sign-in of `person`, which is completed with one of their factors, or by enrolling one if there is none.
pub async fn insert(
    tx: &mut Tx,
    id: AttemptId,
    person: UserId,
    hash: &[u8],
    expire_time: Timestamp,
) -> sqlx::Result<Kinds> {
    sqlx::query_as!(
        Kinds,
        r#"with own as (
               select exists (select from totp_factors where person = $2) as totp,
                      exists (select from passkeys where person = $2) as passkey),
           begun as (
               insert into sign_in_attempts (id, person, hash, enrols, failures, expire_time)
               select $1, $2, $3, not (totp or passkey), 0, $4 from own)
           select totp as "totp!", passkey as "passkey!" from own"#,
        id.0,
        person.0,
        hash,
        expire_time.to_sqlx(),
    )
    .fetch_one(&mut **tx)
    .await
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

pub(super) struct Row {
    pub id: Uuid,
    pub enrols: bool,
    pub failures: i32,
    pub secret: Option<Vec<u8>>,
    pub sealed_with: Option<String>,
    pub expire_time: jiff_sqlx::Timestamp,
}

impl From<Row> for Attempt {
    fn from(row: Row) -> Self {
        Self {
            id: AttemptId(row.id),
            enrols: row.enrols,
            failures: row.failures,
            secret: row
                .sealed_with
                .zip(row.secret)
                .map(|(key, bytes)| Sealed { key, bytes }),
            expire_time: row.expire_time.to_jiff(),
        }
    }
}
