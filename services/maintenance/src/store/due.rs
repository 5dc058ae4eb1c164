//! What is to be announced by the clock.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};
use uuid::Uuid;

use crate::{
    domain::{Span, WindowId},
    error::Error,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "window_announced", rename_all = "snake_case")]
pub enum Announced {
    Nothing,
    Started,
    Ended,
}

/// A window of which the start or the end is to be announced.
#[derive(Debug)]
pub struct Due {
    pub id: WindowId,
    pub account: AccountId,
    pub tld: String,
    pub service: String,
    pub span: Span,
    /// What was announced of it last.
    pub announced: Announced,
}

/// Up to `limit` windows that are due, in the order of time, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, limit: i64) -> Result<Vec<Due>, Error> {
    // Locked in the order in which everybody locks windows; that may be another one than that of time.
    let rows = sqlx::query!(
        r#"select id, account, tld, service, start_time, end_time, announced "announced: Announced", due_time "due_time!"
           from windows
           where due_time <= $1
                 and id in (select id from windows where due_time <= $1 order by due_time, id limit $2)
           order by id for update"#,
        tx.now().to_sqlx() as Timestamp,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut due = rows
        .into_iter()
        .map(|row| {
            let span = Span::new(row.start_time.to_jiff(), row.end_time.to_jiff());
            Ok((
                row.due_time.to_jiff(),
                Due {
                    id: WindowId(row.id),
                    account: AccountId(row.account),
                    tld: row.tld,
                    service: row.service,
                    span: span.ok_or(Error::Inconsistent("end_time"))?,
                    announced: row.announced,
                },
            ))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    due.sort_by_key(|(at, due)| (*at, due.id));
    Ok(due.into_iter().map(|(_, due)| due).collect())
}

/// Notes what was announced of a window.
pub async fn set(tx: &mut Tx, id: WindowId, announced: Announced) -> Result<(), Error> {
    sqlx::query!(
        "update windows set announced = $2 where id = $1",
        id.0 as Uuid,
        announced as Announced,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// When something is due next, which may have been already.
pub async fn next(tx: &mut Tx) -> Result<Option<jiff::Timestamp>, Error> {
    let next = sqlx::query_scalar!("select min(due_time) from windows where due_time is not null")
        .fetch_one(&mut **tx)
        .await?;
    Ok(next.map(Timestamp::to_jiff))
}
