//! TLDs and how many of their reports are late, for people.

use jiff_sqlx::Date as SqlDate;
use nsp_kit::{db::Tx, id::AccountId, page::Page};

use crate::{domain::Label, error::Error};

/// Counting stops here: nobody needs to know more exactly.
pub const MAX_COUNT: i64 = 10_000;

/// Which TLDs.
#[derive(Debug, Default)]
pub struct Selection {
    /// Part of the label; empty for all.
    pub query: String,
    pub late_only: bool,
    /// For staff: one account of all.
    pub account: Option<AccountId>,
}

/// A TLD of a registry operator.
#[derive(Debug)]
pub struct Row {
    pub label: String,
    pub account: AccountId,
    pub account_name: String,
    pub owes_from: Option<jiff::civil::Date>,
    pub late: i64,
}

/// A page of TLDs by label. The key is the label.
pub async fn page(
    tx: &mut Tx,
    selection: &Selection,
    page: &Page<String>,
) -> Result<Vec<Row>, Error> {
    let account = tx.scope().account().or(selection.account);
    let rows = sqlx::query!(
        r#"select label, account, name, owes_from "owes_from: SqlDate", late "late!"
           from tlds join accounts on accounts.id = account
                cross join lateral (select count(*) late from overdue where overdue.tld = label and overdue.account = tlds.account) counted
           where kind = 'KIND_REGISTRY_OPERATOR' and ($1::uuid is null or account = $1) and label > $2
                 and strpos(label, $3) > 0 and (late > 0 or not $4)
           order by label limit $5"#,
        account.map(|account| account.0),
        page.after.as_deref().unwrap_or_default(),
        selection.query,
        selection.late_only,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| Row {
        label: row.label,
        account: AccountId(row.account),
        account_name: row.name,
        owes_from: row.owes_from.map(SqlDate::to_jiff),
        late: row.late,
    });
    Ok(rows.collect())
}

/// How many TLDs the selection holds, up to [`MAX_COUNT`].
pub async fn count(tx: &mut Tx, selection: &Selection) -> Result<i64, Error> {
    let account = tx.scope().account().or(selection.account);
    let count = sqlx::query_scalar!(
        r#"select count(*) "count!" from (
               select from tlds join accounts on accounts.id = account
               where kind = 'KIND_REGISTRY_OPERATOR' and ($1::uuid is null or account = $1) and strpos(label, $2) > 0
                     and (not $3 or exists (select from overdue where overdue.tld = label and overdue.account = tlds.account))
               limit $4) counted"#,
        account.map(|account| account.0),
        selection.query,
        selection.late_only,
        MAX_COUNT,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// One TLD, as far as the transaction sees it.
pub async fn get(tx: &mut Tx, label: &Label) -> Result<Row, Error> {
    let account = tx.scope().account();
    let row = sqlx::query!(
        r#"select label, account, name "name?", owes_from "owes_from: SqlDate"
           from tlds left join accounts on accounts.id = account
           where label = $1 and ($2::uuid is null or account = $2)"#,
        label.as_ref(),
        account.map(|account| account.0),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let row = row.ok_or(Error::TldNotFound)?;
    Ok(Row {
        label: row.label,
        account: AccountId(row.account),
        account_name: row.name.unwrap_or_default(),
        owes_from: row.owes_from.map(SqlDate::to_jiff),
        late: 0,
    })
}
