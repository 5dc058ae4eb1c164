//! The newest that is in, and what is overdue, by TLD and kind: what lists show, without reading everything that came.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use nsp_kit::db::Tx;

use crate::{
    domain::{Kind, Progress, Verification},
    error::Error,
};

/// The newest month or day that is in.
#[derive(Debug)]
pub struct Newest {
    pub period: Date,
    pub progress: Progress,
    /// When anything of the kind was accepted last.
    pub last_time: Timestamp,
}

/// By TLD and kind.
pub type NewestMap = HashMap<(String, Kind), Newest>;

/// What the holders of TLDs have in.
pub async fn of(tx: &mut Tx, labels: &[String]) -> Result<NewestMap, Error> {
    let rows = sqlx::query!(
        r#"select label "label!", kinds.kind "kind!: Kind", newest.period "period!: SqlDate", last.receive_time "last_time!: SqlTimestamp",
                  counted.last "last!: SqlTimestamp", counted.first "first!: SqlTimestamp", counted.count "count!", counted.verification
           from tlds cross join unnest(enum_range(null::report_kind)) kinds (kind)
                cross join lateral (
                    select period from submissions
                    where accepted and current and tld = label and submissions.kind = kinds.kind and account = tlds.account
                    order by period desc limit 1) newest
                cross join lateral (
                    select receive_time from submissions
                    where accepted and tld = label and submissions.kind = kinds.kind and account = tlds.account
                    order by id desc limit 1) last
                cross join lateral (
                    select max(receive_time) last, min(receive_time) first, count(*) count,
                           (array_agg(verification order by id desc))[1] verification
                    from submissions
                    where accepted and tld = label and submissions.kind = kinds.kind and account = tlds.account
                          and period = newest.period) counted
           where label = any($1)"#,
        labels,
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
        let newest = Newest {
            period: row.period.to_jiff(),
            progress,
            last_time: row.last_time.to_jiff(),
        };
        ((row.label, row.kind), newest)
    });
    Ok(entries.collect())
}

/// What is overdue of one kind: how many, and the oldest of them.
#[derive(Debug, Clone, Copy)]
pub struct Late {
    pub count: i64,
    pub oldest: Date,
}

/// What is overdue of these TLDs, by TLD and kind, as the job has noted it.
pub async fn late(tx: &mut Tx, labels: &[String]) -> Result<HashMap<(String, Kind), Late>, Error> {
    let rows = sqlx::query!(
        r#"select tld, kind "kind: Kind", count(*) "count!", min(period) "oldest!: SqlDate"
           from overdue join tlds on label = tld and tlds.account = overdue.account
           where tld = any($1) group by tld, kind"#,
        labels,
    )
    .fetch_all(&mut **tx)
    .await?;
    let entries = rows.into_iter().map(|row| {
        let late = Late {
            count: row.count,
            oldest: row.oldest.to_jiff(),
        };
        ((row.tld, row.kind), late)
    });
    Ok(entries.collect())
}
