//! Factors of both kinds, and what TOTP factors have of their own: sealed secrets.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId, seal::Sealed};
use uuid::Uuid;

use super::soft_locks::Held;
use crate::domain::{
    FactorId,
    factor::{Factor, FactorName, Kind},
    soft_lock,
};

/// A TOTP factor with what is needed to check a code.
pub struct Armed {
    pub id: FactorId,
    pub secret: Sealed,
    pub last_step: Option<i64>,
}

pub async fn insert(
    tx: &mut Tx,
    factor: &Factor,
    secret: &Sealed,
    last_step: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into totp_factors (id, person, display_name, secret, sealed_with, last_step, create_time, last_use_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        factor.id.0,
        factor.person.0,
        factor.display_name.as_str(),
        secret.bytes,
        secret.key,
        last_step,
        factor.create_time.to_sqlx(),
        factor.last_use_time.map(ToSqlx::to_sqlx),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The person's factors, oldest first.
pub async fn list(tx: &mut Tx, person: UserId) -> sqlx::Result<Vec<Factor>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", person as "person!", kind as "kind!: Kind", display_name as "display_name!: FactorName",
                  create_time as "create_time!", last_use_time
           from (select id, person, 'totp' as kind, display_name, create_time, last_use_time from totp_factors
                 union all
                 select id, person, 'passkey', display_name, create_time, last_use_time from passkeys) as factors
           where person = $1 order by id"#,
        person.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Factor::from).collect())
}

/// How many factors the person has.
pub async fn count(tx: &mut Tx, person: UserId) -> sqlx::Result<usize> {
    let count = sqlx::query_scalar!(
        r#"select (select count(*) from totp_factors where person = $1)
                + (select count(*) from passkeys where person = $1) as "count!""#,
        person.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The person's factors ready to check a code, and what is kept of the tries at each, locked until the transaction ends:
/// two requests with the same code wait for each other, and the second finds the code used.
pub async fn hold_all(tx: &mut Tx, person: UserId) -> sqlx::Result<Vec<(Armed, Held)>> {
    let rows = sqlx::query!(
        r#"with own as (
               select id, secret, sealed_with, last_step from totp_factors where person = $1 order by id for update),
           held as (
               insert into soft_locks (kind, credential, person, time) select $3, id, $1, $2 from own
               on conflict (kind, credential) do update set failures = soft_locks.failures
               returning credential, failures, time, locked_until)
           select own.id, own.secret, own.sealed_with, own.last_step, held.failures, held.time, held.locked_until
           from own join held on held.credential = own.id order by own.id"#,
        person.0,
        tx.now().to_sqlx(),
        soft_lock::Kind::Totp as soft_lock::Kind,
    )
    .fetch_all(&mut **tx)
    .await?;
    let held = rows.into_iter().map(|row| {
        let armed = Armed {
            id: FactorId(row.id),
            secret: Sealed {
                key: row.sealed_with,
                bytes: row.secret,
            },
            last_step: row.last_step,
        };
        (armed, Held::new(row.failures, row.time, row.locked_until))
    });
    Ok(held.collect())
}

/// One of the person's factors, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: FactorId, person: UserId) -> sqlx::Result<Option<Factor>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, person, 'totp' as "kind!: Kind", display_name as "display_name: FactorName", create_time,
                  last_use_time
           from totp_factors where id = $1 and person = $2 for update"#,
        id.0,
        person.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(row) = row {
        return Ok(Some(row.into()));
    }
    let row = sqlx::query_as!(
        Row,
        r#"select id, person, 'passkey' as "kind!: Kind", display_name as "display_name: FactorName", create_time,
                  last_use_time
           from passkeys where id = $1 and person = $2 for update"#,
        id.0,
        person.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Factor::from))
}

/// Remembers that the code of `step` was used.
pub async fn set_used(tx: &mut Tx, id: FactorId, step: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update totp_factors set last_step = $2, last_use_time = $3 where id = $1",
        id.0,
        step,
        tx.now().to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn rename(tx: &mut Tx, factor: &Factor) -> sqlx::Result<()> {
    sqlx::query!(
        "with passkey as (update passkeys set display_name = $3 where id = $1 and person = $2)
         update totp_factors set display_name = $3 where id = $1 and person = $2",
        factor.id.0,
        factor.person.0,
        factor.display_name.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: FactorId, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "with passkey as (delete from passkeys where id = $1 and person = $2)
         delete from totp_factors where id = $1 and person = $2",
        id.0,
        person.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Some factors whose secret is sealed with another key than `current`, locked; the ones that somebody else has locked
/// have their turn next time.
pub async fn lock_sealed_before(tx: &mut Tx, current: &str) -> sqlx::Result<Vec<Armed>> {
    let rows = sqlx::query!(
        "select id, secret, sealed_with, last_step from totp_factors where sealed_with <> $1
         limit 100 for update skip locked",
        current,
    )
    .fetch_all(&mut **tx)
    .await?;
    let armed = rows.into_iter().map(|row| Armed {
        id: FactorId(row.id),
        secret: Sealed {
            key: row.sealed_with,
            bytes: row.secret,
        },
        last_step: row.last_step,
    });
    Ok(armed.collect())
}

pub async fn set_secret(tx: &mut Tx, id: FactorId, secret: &Sealed) -> sqlx::Result<()> {
    sqlx::query!(
        "update totp_factors set secret = $2, sealed_with = $3 where id = $1",
        id.0,
        secret.bytes,
        secret.key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    person: Uuid,
    kind: Kind,
    display_name: FactorName,
    create_time: jiff_sqlx::Timestamp,
    last_use_time: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for Factor {
    fn from(row: Row) -> Self {
        let last_use_time: Option<Timestamp> = row.last_use_time.map(jiff_sqlx::Timestamp::to_jiff);
        Self {
            id: FactorId(row.id),
            person: UserId(row.person),
            kind: row.kind,
            display_name: row.display_name,
            create_time: row.create_time.to_jiff(),
            last_use_time,
        }
    }
}
