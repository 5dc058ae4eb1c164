//! TLDs in the database.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::Result;

use super::Within;
use crate::domain::{Tld, TldLabel, TldState};

/// Which TLDs a list wants.
#[derive(Debug, Default)]
pub struct Filter {
    /// Part of the A-label, lower case; empty for any.
    pub ascii: String,
    /// The same as part of the U-label.
    pub unicode: String,
    pub account: Option<AccountId>,
}

struct Row {
    label: TldLabel,
    account: AccountId,
    state: TldState,
    delegation_date: Option<jiff_sqlx::Date>,
}

impl From<Row> for Tld {
    fn from(row: Row) -> Self {
        Self {
            label: row.label,
            account: row.account,
            state: row.state,
            delegation_date: row.delegation_date.map(jiff_sqlx::Date::to_jiff),
        }
    }
}

/// One page of TLDs by A-label. The key is the A-label.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page<String>) -> Result<Vec<Tld>> {
    let Some(within) = Within::scope_of(tx) else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query_as!(
        Row,
        "select label, account, state, delegation_date from tlds
         where ($1::uuid is null or account = $1)
           and ($2::text[] is null or label = any ($2))
           and ($3::uuid is null or account = $3)
           and ($4 = '' or strpos(label, $4) > 0 or strpos(unicode_label, $5) > 0)
           and ($6::text is null or label > $6)
         order by label limit $7",
        within.account as _,
        within.tlds.as_deref(),
        filter.account as _,
        filter.ascii,
        filter.unicode,
        page.after,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Tld::from).collect())
}

/// The account that a TLD is in, if the transaction sees it.
pub async fn account(tx: &mut Tx, label: &TldLabel) -> Result<Option<AccountId>> {
    let Some(within) = Within::scope_of(tx) else {
        return Ok(None);
    };
    sqlx::query_scalar!(
        r#"select account as "account: AccountId" from tlds
           where label = $1 and ($2::uuid is null or account = $2) and ($3::text[] is null or label = any ($3))"#,
        label.as_ascii(),
        within.account as _,
        within.tlds.as_deref(),
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Adds a TLD, unless it is in an account already. Says whether it did.
pub async fn insert(tx: &mut Tx, tld: &Tld) -> Result<bool> {
    let done = sqlx::query!(
        "insert into tlds (label, unicode_label, account, state, delegation_date)
         values ($1, $2, $3, $4, $5) on conflict (label) do nothing",
        tld.label.as_ascii(),
        tld.label.to_unicode(),
        tld.account as _,
        tld.state as _,
        tld.delegation_date.map(ToSqlx::to_sqlx) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
