//! Sessions.

use jiff_sqlx::ToSqlx;
use nsp_kit::{
    db::Tx,
    id::{AccountId, SessionId, UserId},
};
use uuid::Uuid;

use crate::domain::session::{Limits, Session};

/// Begins a session, for the person's first account by name unless they are staff, and ends what the person then has beyond
/// the `kept` sessions that were used last. Says which ones those were.
pub async fn insert(
    tx: &mut Tx,
    session: &Session,
    hash: &[u8],
    kept: i64,
) -> sqlx::Result<Vec<SessionId>> {
    let ended = sqlx::query_scalar!(
        "with begun as (
             insert into sessions (id, person, hash, acting_account, user_agent, address, create_time, last_use_time,
                                   expire_time, factor_time)
             values ($1, $2, $3,
                     (select m.account from memberships m join users u on u.id = m.person and not u.staff
                                                          left join accounts a on a.id = m.account
                      where m.person = $2 order by lower(a.display_name) nulls last, m.account limit 1),
                     $4, $5, $6, $7, $8, $9))
         delete from sessions where id in
             (select id from sessions where person = $2 order by last_use_time desc, id desc offset $10)
         returning id",
        session.id.0,
        session.person.0,
        hash,
        session.user_agent,
        session.address,
        session.create_time.to_sqlx(),
        session.last_use_time.to_sqlx(),
        session.expire_time.to_sqlx(),
        session.factor_time.to_sqlx(),
        // The new one is not among those that the statement sees.
        kept - 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ended.into_iter().map(SessionId).collect())
}

/// The person's sessions that are good, latest use first.
pub async fn list(tx: &mut Tx, person: UserId, limits: &Limits) -> sqlx::Result<Vec<Session>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Row,
        "select id, person, acting_account, user_agent, address, create_time, last_use_time, expire_time, factor_time
         from sessions where person = $1 and expire_time > $2 and last_use_time > $3 order by last_use_time desc, id desc",
        person.0,
        now.to_sqlx(),
        (now - limits.idle).to_sqlx(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// One of the person's sessions, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: SessionId, person: UserId) -> sqlx::Result<Option<Session>> {
    let row = sqlx::query_as!(
        Row,
        "select id, person, acting_account, user_agent, address, create_time, last_use_time, expire_time, factor_time
         from sessions where id = $1 and person = $2 for update",
        id.0,
        person.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Session::from))
}

/// Notes that the session is in use.
pub async fn touch(tx: &mut Tx, id: SessionId) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set last_use_time = $2 where id = $1",
        id.0,
        tx.now().to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn set_acting_account(tx: &mut Tx, id: SessionId, to: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set acting_account = $2 where id = $1",
        id.0,
        to.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session's person has just shown a factor.
pub async fn set_factor_time(tx: &mut Tx, id: SessionId) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set factor_time = $2 where id = $1",
        id.0,
        tx.now().to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: SessionId, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from sessions where id = $1 and person = $2",
        id.0,
        person.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the person's sessions but `kept`, and says which ones those were.
pub async fn delete_all(
    tx: &mut Tx,
    person: UserId,
    kept: Option<SessionId>,
) -> sqlx::Result<Vec<SessionId>> {
    let ids = sqlx::query_scalar!(
        "delete from sessions where person = $1 and id is distinct from $2 returning id",
        person.0,
        kept.map(|kept| kept.0),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(SessionId).collect())
}

pub async fn delete_expired(tx: &mut Tx, limits: &Limits) -> sqlx::Result<()> {
    let now = tx.now();
    sqlx::query!(
        "delete from sessions where expire_time <= $1 or last_use_time <= $2",
        now.to_sqlx(),
        (now - limits.idle).to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) struct Row {
    pub id: Uuid,
    pub person: Uuid,
    pub acting_account: Option<Uuid>,
    pub user_agent: String,
    pub address: String,
    pub create_time: jiff_sqlx::Timestamp,
    pub last_use_time: jiff_sqlx::Timestamp,
    pub expire_time: jiff_sqlx::Timestamp,
    pub factor_time: jiff_sqlx::Timestamp,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId(row.id),
            person: UserId(row.person),
            acting_account: row.acting_account.map(AccountId),
            user_agent: row.user_agent,
            address: row.address,
            create_time: row.create_time.to_jiff(),
            last_use_time: row.last_use_time.to_jiff(),
            expire_time: row.expire_time.to_jiff(),
            factor_time: row.factor_time.to_jiff(),
        }
    }
}
