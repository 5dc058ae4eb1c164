//! What is in, by TLD, kind, and month or day.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use crate::{
    domain::{Kind, Label, Progress, Verification},
    error::Error,
};

/// By TLD, kind, and month or day.
pub type ProgressMap = HashMap<(String, Kind, Date), Progress>;

/// What the holders of TLDs have in, for months and days from the given ones on.
pub async fn of(
    tx: &mut Tx,
    labels: &[String],
    first_month: Date,
    first_day: Date,
) -> Result<ProgressMap, Error> {
    let rows = sqlx::query!(
        r#"select tld, kind "kind: Kind", period "period!: SqlDate", max(receive_time) "last!: Timestamp",
                  min(receive_time) "first!: Timestamp", count(*) "count!", (array_agg(verification order by submissions.id desc))[1] verification
           from submissions join tlds on label = tld and tlds.account = submissions.account
           where accepted and tld = any($1)
                 and (kind in ('registrar_transactions', 'functions_activity') and period >= $2
                      or kind in ('escrow_report', 'escrow_notification') and period >= $3)
           group by tld, kind, period
           -- An escrow report whose id came again for another day is no longer there.
           having bool_or(current)"#,
        labels,
        first_month.to_sqlx() as SqlDate,
        first_day.to_sqlx() as SqlDate,
    )
    .fetch_all(&mut **tx)
    .await?;
    let entries = rows.into_iter().map(|row| {
        let progress = Progress {
            receive_time: row.last.to_jiff(),
            first_time: row.first.to_jiff(),
            count: i32::try_from(row.count).unwrap_or(i32::MAX),
            verification: row
                .verification
                .as_deref()
                .and_then(Verification::from_code),
        };
        ((row.tld, row.kind, row.period.to_jiff()), progress)
    });
    Ok(entries.collect())
}

/// The last good full deposit that an agent, or failing that the registry, has told of.
pub async fn last_full(tx: &mut Tx, tld: &Label) -> Result<Option<Date>, Error> {
    let day = sqlx::query_scalar!(
        r#"select coalesce(max(last_full_date) filter (where verification = 'DVPN'),
                           max(period) filter (where kind = 'escrow_report' and full_deposit)) "day: SqlDate"
           from submissions join tlds on label = tld and tlds.account = submissions.account
           where accepted and tld = $1 and kind in ('escrow_report', 'escrow_notification')"#,
        tld.as_ref(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(day.map(SqlDate::to_jiff))
}
