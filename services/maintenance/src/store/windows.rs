//! Windows, one or some at a time.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::row::{COLUMNS, GRANTED, TABLES, WindowRow};
use crate::{
    domain::{Label, Window, WindowId},
    error::Error,
};

/// What tells [`crate::jobs`] that something may start or end at another time than it thinks.
pub const CHANNEL: &str = "nsp_maintenance_due";

/// The windows of these names that the transaction sees, in no order.
pub async fn find(tx: &mut Tx, ids: &[WindowId]) -> Result<Vec<Window>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS} from {TABLES} where windows.id = any("
    ));
    query.push_bind(ids).push(")");
    if let Some(account) = tx.scope().account() {
        query
            .push(" and (windows.account = ")
            .push_bind(account.0)
            .push(GRANTED)
            .push(")");
    }
    let rows: Vec<WindowRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Window::try_from).collect()
}

/// The window of that name.
pub async fn get(tx: &mut Tx, id: WindowId) -> Result<Window, Error> {
    find(tx, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// The windows of these names, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, ids: &[WindowId]) -> Result<Vec<Window>, Error> {
    let plain: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let account = tx.scope().account().map(|account| account.0);
    sqlx::query!(
        "select id from windows
         where id = any($1) and ($2::uuid is null or account = $2 or (tld, account) in (select tld, account from granted))
         order by id for update",
        &plain,
        account,
    )
    .fetch_all(&mut **tx)
    .await?;
    find(tx, ids).await
}

/// Adds them all.
pub async fn insert(tx: &mut Tx, windows: &[Window]) -> Result<(), Error> {
    let mut query = QueryBuilder::new(
        "insert into windows (id, account, tld, service, name, description, start_time, end_time, enabled, origin,
            external_id, creator, creator_name, create_time, update_time) ",
    );
    query.push_values(windows, |mut row, window| {
        let draft = &window.draft;
        row.push_bind(window.id)
            .push_bind(window.account.0)
            .push_bind(draft.tld.as_ref().to_owned())
            .push_bind(draft.service.as_ref().to_owned())
            .push_bind(draft.title.as_ref().to_owned())
            .push_bind(draft.description.as_ref().to_owned())
            .push_bind(draft.span.start().to_sqlx())
            .push_bind(draft.span.end().to_sqlx())
            .push_bind(draft.enabled)
            .push_bind(window.origin)
            .push_bind(window.external_id.clone())
            .push_bind(window.creator.clone())
            .push_bind(window.creator_name.clone())
            .push_bind(window.create_time.to_sqlx())
            .push_bind(window.update_time.to_sqlx());
    });
    query.build().execute(&mut **tx).await?;
    notify(tx).await
}

/// Writes what may change in the life of a window.
pub async fn update(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    let draft = &window.draft;
    sqlx::query!(
        "update windows set tld = $2, service = $3, name = $4, description = $5, start_time = $6, end_time = $7,
                enabled = $8, update_time = $9, version = $10
         where id = $1",
        window.id.0,
        draft.tld.as_ref(),
        draft.service.as_ref(),
        draft.title.as_ref(),
        draft.description.as_ref(),
        draft.span.start().to_sqlx() as Timestamp,
        draft.span.end().to_sqlx() as Timestamp,
        draft.enabled,
        window.update_time.to_sqlx() as Timestamp,
        window.version,
    )
    .execute(&mut **tx)
    .await?;
    notify(tx).await
}

pub async fn delete(tx: &mut Tx, ids: &[WindowId]) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!("delete from windows where id = any($1)", &ids)
        .execute(&mut **tx)
        .await?;
    notify(tx).await
}

/// Gives what is not over of a TLD to the account that holds it now.
pub async fn hand_over(tx: &mut Tx, tld: &Label, account: AccountId) -> Result<(), Error> {
    sqlx::query!(
        "update windows set account = $2 where tld = $1 and account <> $2 and end_time > $3",
        tld.as_ref(),
        account.0,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether there are any.
pub async fn exist(tx: &mut Tx) -> Result<bool, Error> {
    let exist = sqlx::query_scalar!(r#"select exists (select from windows) "exist!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(exist)
}

async fn notify(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
