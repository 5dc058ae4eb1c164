//! TLDs and how many of their reports are late, for people.

use jiff_sqlx::Date as SqlDate;
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use serde::{Deserialize, Serialize};

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

/// Where a TLD is in a list: by how many of its reports are late, if that is the order, and by its label.
#[derive(Debug, Serialize, Deserialize)]
pub struct Key {
    pub late: i64,
    pub label: String,
}

/// In which order TLDs come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Label,
    /// Most late first.
    Late,
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

/// A page of TLDs.
pub async fn page(
    tx: &mut Tx,
    selection: &Selection,
    order: Order,
    page: &Page<Key>,
) -> Result<Vec<Row>, Error> {
    let account = tx.scope().account().or(selection.account);
    let after = page.after.as_ref();
    let rows = sqlx::query!(
        r#"select label, tlds.account, name, owes_from "owes_from: SqlDate", coalesce(late, 0) "late!"
           from tlds join accounts on accounts.id = tlds.account
                left join (select tld, account, count(*) late from overdue group by tld, account) counted
                     on counted.tld = label and counted.account = tlds.account
           where kind = 'KIND_REGISTRY_OPERATOR' and ($1::uuid is null or tlds.account = $1 or (label, tlds.account) in (select tld, account from granted))
                 and strpos(label, $2) > 0 and (late > 0 or not $3)
                 and case when $4 then (-coalesce(late, 0), label) > (-$5::bigint, $6) else label > $6 end
           order by case when $4 then -coalesce(late, 0) end, label limit $7"#,
        account.map(|account| account.0),
        selection.query,
        selection.late_only,
        order == Order::Late,
        after.map_or(i64::MAX, |key| key.late),
        after.map(|key| key.label.as_str()).unwrap_or_default(),
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
               where kind = 'KIND_REGISTRY_OPERATOR' and ($1::uuid is null or account = $1 or (label, account) in (select tld, account from granted))
                     and strpos(label, $2) > 0
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
           where label = $1 and ($2::uuid is null or account = $2 or (label, account) in (select tld, account from granted))"#,
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
