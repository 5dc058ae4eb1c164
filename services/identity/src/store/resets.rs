//! Wishes for a new password, and the links that answer them.

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId};
use uuid::Uuid;

use crate::domain::{ResetId, email::EmailKey, reset::Reset};

/// Notes that somebody wants a new password for an address, whoever's it is.
pub async fn request(tx: &mut Tx, email: &EmailKey) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reset_requests (id, email_key, time) values ($1, $2, $3)",
        Uuid::now_v7(),
        email.as_str(),
        tx.now().to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the oldest wish.
pub async fn take_request(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "delete from reset_requests where id =
             (select id from reset_requests order by id limit 1 for update skip locked)
         returning email_key",
    )
    .fetch_optional(&mut **tx)
    .await
}

pub async fn insert(tx: &mut Tx, reset: &Reset) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into password_resets (id, person, create_time, expire_time) values ($1, $2, $3, $4)",
        reset.id.0,
        reset.person.0,
        tx.now().to_sqlx(),
        reset.expire_time.to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many links of the last `within` the person has got.
pub async fn count_recent(
    tx: &mut Tx,
    person: UserId,
    within: SignedDuration,
) -> sqlx::Result<i64> {
    let since = tx.now() - within;
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from password_resets where person = $1 and create_time > $2"#,
        person.0,
        since.to_sqlx(),
    )
    .fetch_one(&mut **tx)
    .await
}

pub async fn get(tx: &mut Tx, id: ResetId) -> sqlx::Result<Option<Reset>> {
    let row = sqlx::query_as!(
        Row,
        "select id, person, expire_time, use_time from password_resets where id = $1",
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Reset::from))
}

/// A link, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: ResetId) -> sqlx::Result<Option<Reset>> {
    let row = sqlx::query_as!(
        Row,
        "select id, person, expire_time, use_time from password_resets where id = $1 for update",
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Reset::from))
}

/// The person has a new password: none of their links works any more.
pub async fn use_up_all(tx: &mut Tx, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "update password_resets set use_time = $2 where person = $1 and use_time is null",
        person.0,
        tx.now().to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_expired(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from password_resets where expire_time <= $1",
        tx.now().to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    person: Uuid,
    expire_time: jiff_sqlx::Timestamp,
    use_time: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for Reset {
    fn from(row: Row) -> Self {
        Self {
            id: ResetId(row.id),
            person: UserId(row.person),
            expire_time: row.expire_time.to_jiff(),
            use_time: row.use_time.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
