//! METRICA reports: which there are, and where their bytes lie.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use crate::error::Error;

/// A report of an entity and a day.
#[derive(Debug)]
pub struct Report {
    pub day: Date,
    pub generation_time: jiff::Timestamp,
    pub size: i64,
    pub sha256: Vec<u8>,
    pub object: String,
}

/// Puts a report, unless the one that is there is newer; the object of the one it replaces becomes loose.
pub async fn put(tx: &mut Tx, entity: &str, report: &Report) -> Result<bool, Error> {
    let old = sqlx::query!(
        "select generation_time, object from metrica_reports where entity = $1 and day = $2 for update",
        entity,
        report.day.to_sqlx() as SqlDate,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(old) = old {
        if old.generation_time.to_jiff() > report.generation_time {
            return Ok(false);
        }
        super::loose::add(tx, &old.object).await?;
    }
    sqlx::query!(
        "insert into metrica_reports (entity, day, generation_time, size, sha256, object) values ($1, $2, $3, $4, $5, $6)
         on conflict (entity, day) do update set generation_time = excluded.generation_time, size = excluded.size,
             sha256 = excluded.sha256, object = excluded.object",
        entity,
        report.day.to_sqlx() as SqlDate,
        report.generation_time.to_sqlx() as Timestamp,
        report.size,
        report.sha256,
        report.object,
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// The report of a day, or the latest.
pub async fn get(tx: &mut Tx, entity: &str, day: Option<Date>) -> Result<Option<Report>, Error> {
    let row = sqlx::query!(
        r#"select day "day: SqlDate", generation_time, size, sha256, object from metrica_reports
           where entity = $1 and ($2::date is null or day = $2) order by day desc limit 1"#,
        entity,
        day.map(ToSqlx::to_sqlx) as Option<SqlDate>,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Report {
        day: row.day.to_jiff(),
        generation_time: row.generation_time.to_jiff(),
        size: row.size,
        sha256: row.sha256,
        object: row.object,
    }))
}

/// Days with a report and when it was made, oldest first.
pub async fn days(
    tx: &mut Tx,
    entity: &str,
    from: Date,
    to: Date,
) -> Result<Vec<(Date, jiff::Timestamp)>, Error> {
    let rows = sqlx::query!(
        r#"select day "day: SqlDate", generation_time from metrica_reports
           where entity = $1 and day between $2 and $3 order by day"#,
        entity,
        from.to_sqlx() as SqlDate,
        to.to_sqlx() as SqlDate,
    )
    .fetch_all(&mut **tx)
    .await?;
    let days = rows.into_iter();
    Ok(days
        .map(|row| (row.day.to_jiff(), row.generation_time.to_jiff()))
        .collect())
}

/// Forgets reports of days before; their objects become loose.
pub async fn delete_old(tx: &mut Tx, before: Date) -> Result<(), Error> {
    sqlx::query!(
        "with gone as (delete from metrica_reports where day < $1 returning object)
         insert into loose_objects (object, time) select object, $2 from gone",
        before.to_sqlx() as SqlDate,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
