//! Reports that were due and are not in.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};

use crate::{
    domain::{Kind, Label},
    error::Error,
};

/// One that has become overdue.
#[derive(Debug)]
pub struct Overdue {
    pub tld: String,
    pub account: AccountId,
    pub kind: Kind,
    pub period: Date,
}

/// Months and days that are due, and interfaces that are closed for single TLDs, as `tld/kind`.
#[derive(Debug)]
pub struct DueSet {
    pub kinds: Vec<Kind>,
    pub periods: Vec<SqlDate>,
    pub closed: Vec<String>,
}

/// Brings the table up to date: what is missing comes in, and is given back; what is no longer owed or has come leaves.
pub async fn reconcile(tx: &mut Tx, due: &DueSet) -> Result<Vec<Overdue>, Error> {
    let now = tx.now().to_sqlx();
    let rows = sqlx::query!(
        r#"with missing as (
               select label tld, tlds.account, due.kind, due.period
               from tlds join accounts on accounts.id = tlds.account and accounts.kind = 'KIND_REGISTRY_OPERATOR'
                    cross join unnest($1::report_kind[], $2::date[]) as due (kind, period)
               where case when due.kind in ('registrar_transactions', 'functions_activity')
                          then due.period >= date_trunc('month', owes_from)::date else due.period > owes_from end
                     and not (label || '/' || due.kind = any($3))
                     and not exists (select from submissions
                                     where current and submissions.tld = label and submissions.kind = due.kind
                                           and submissions.period = due.period and submissions.account = tlds.account)),
           gone as (
               delete from overdue where not exists (
                   select from missing
                   where missing.tld = overdue.tld and missing.kind = overdue.kind and missing.period = overdue.period
                         and missing.account = overdue.account))
           insert into overdue (tld, kind, period, account, time)
           select tld, kind, period, account, $4 from missing
           on conflict (tld, kind, period) do nothing
           returning tld, account, kind "kind: Kind", period "period: SqlDate""#,
        &due.kinds as &[Kind],
        &due.periods as &[SqlDate],
        &due.closed,
        now as Timestamp,
    )
    .fetch_all(&mut **tx)
    .await?;
    let overdue = rows.into_iter().map(|row| Overdue {
        tld: row.tld,
        account: AccountId(row.account),
        kind: row.kind,
        period: row.period.to_jiff(),
    });
    Ok(overdue.collect())
}

/// Forgets that a report was overdue: it is in.
pub async fn clear(tx: &mut Tx, tld: &Label, kind: Kind, period: Date) -> Result<(), Error> {
    sqlx::query!(
        "delete from overdue where tld = $1 and kind = $2 and period = $3",
        tld.as_ref(),
        kind as Kind,
        period.to_sqlx() as SqlDate,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
