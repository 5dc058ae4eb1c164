//! Windows by the id that a machine client gave them.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::AccountId};
use sqlx::QueryBuilder;

use super::row::{COLUMNS, TABLES, WindowRow};
use crate::{
    domain::{Label, ScheduleId, Window},
    error::Error,
};

/// The windows of a schedule, in the order of the catalogue; none if there is no such schedule.
pub async fn find(tx: &mut Tx, tld: &Label, id: &ScheduleId) -> Result<Vec<Window>, Error> {
    let mut query = QueryBuilder::new(format!("select {COLUMNS} from {TABLES} where tld = "));
    query
        .push_bind(tld.as_ref().to_owned())
        .push(" and (external_id = ")
        .push_bind(id.as_str().to_owned())
        .push(" or (external_id is null and windows.id = ")
        .push_bind(id.window())
        .push(")) order by services.position");
    let rows: Vec<WindowRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Window::try_from).collect()
}

/// The windows of a TLD that have not ended, by start, and in the order of the catalogue where several start at once.
pub async fn not_ended(tx: &mut Tx, tld: &Label, most: i64) -> Result<Vec<Window>, Error> {
    let mut query = QueryBuilder::new(format!("select {COLUMNS} from {TABLES} where tld = "));
    query
        .push_bind(tld.as_ref().to_owned())
        .push(" and end_time > ")
        .push_bind(tx.now().to_sqlx())
        .push(" order by start_time, services.position, windows.id limit ")
        .push_bind(most);
    let rows: Vec<WindowRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Window::try_from).collect()
}

/// The account that holds a TLD, if the accounts service has told us of it.
pub async fn holder(tx: &mut Tx, tld: &Label) -> Result<Option<AccountId>, Error> {
    let account = sqlx::query_scalar!("select account from tlds where label = $1", tld.as_ref())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(account.map(AccountId))
}
