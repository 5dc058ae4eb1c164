//! Further factors that signed-in persons are adding; one at a time each.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId, seal::Sealed};

use crate::domain::EnrolmentId;

pub struct Enrolment {
    pub id: EnrolmentId,
    pub person: UserId,
    pub failures: i32,
    pub secret: Sealed,
    pub expire_time: Timestamp,
}

/// Begins an enrolment; one that the person began before is forgotten.
pub async fn replace(tx: &mut Tx, enrolment: &Enrolment) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into enrolments (id, person, failures, secret, sealed_with, expire_time) values ($1, $2, $3, $4, $5, $6)
         on conflict (person) do update set id = excluded.id, failures = excluded.failures, secret = excluded.secret,
             sealed_with = excluded.sealed_with, expire_time = excluded.expire_time",
        enrolment.id.0,
        enrolment.person.0,
        enrolment.failures,
        enrolment.secret.bytes,
        enrolment.secret.key,
        enrolment.expire_time.to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The person's enrolment, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: EnrolmentId, person: UserId) -> sqlx::Result<Option<Enrolment>> {
    let row = sqlx::query!(
        "select id, person, failures, secret, sealed_with, expire_time from enrolments
         where id = $1 and person = $2 for update",
        id.0,
        person.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Enrolment {
        id: EnrolmentId(row.id),
        person: UserId(row.person),
        failures: row.failures,
        secret: Sealed {
            key: row.sealed_with,
            bytes: row.secret,
        },
        expire_time: row.expire_time.to_jiff(),
    }))
}

pub async fn set_failures(tx: &mut Tx, id: EnrolmentId, failures: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "update enrolments set failures = $2 where id = $1",
        id.0,
        failures
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: EnrolmentId) -> sqlx::Result<()> {
    sqlx::query!("delete from enrolments where id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn delete_expired(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from enrolments where expire_time <= $1",
        tx.now().to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
