//! What was received for a day or month, for the machines that ask.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, ToSqlx};
use nsp_kit::db::Tx;

use crate::{
    domain::{Kind, Label},
    error::Error,
};

/// Where the bytes of something accepted are, and when it came.
#[derive(Debug)]
pub struct Received {
    pub time: jiff::Timestamp,
    pub object: String,
    pub size: i64,
}

/// More of one day than anybody sends.
const MOST: i64 = 100;

/// Whether the TLD's holder has a report for this month or day.
pub async fn exists(tx: &mut Tx, tld: &Label, kind: Kind, period: Date) -> Result<bool, Error> {
    let exists = sqlx::query_scalar!(
        r#"select exists (
               select from submissions join tlds on label = tld and tlds.account = submissions.account
               where accepted and current and tld = $1 and kind = $2 and period = $3) "exists!""#,
        tld.as_ref(),
        kind as Kind,
        period.to_sqlx() as SqlDate,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(exists)
}

/// The escrow reports that count for a day, or every notification about it; newest first.
pub async fn of_day(
    tx: &mut Tx,
    tld: &Label,
    kind: Kind,
    day: Date,
) -> Result<Vec<Received>, Error> {
    let rows = sqlx::query!(
        r#"select receive_time, object "object!", size
           from submissions join tlds on label = tld and tlds.account = submissions.account
           where accepted and tld = $1 and kind = $2 and period = $3 and (current or kind = 'escrow_notification')
           order by submissions.id desc limit $4"#,
        tld.as_ref(),
        kind as Kind,
        day.to_sqlx() as SqlDate,
        MOST,
    )
    .fetch_all(&mut **tx)
    .await?;
    let received = rows.into_iter().map(|row| Received {
        time: row.receive_time.to_jiff(),
        object: row.object,
        size: row.size,
    });
    Ok(received.collect())
}
