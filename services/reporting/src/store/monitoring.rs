//! The documents of the SLA monitoring.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use crate::{error::Error, formats::monitoring::Checked};

/// Under which key documents lie.
#[derive(Debug, Clone)]
pub struct Root {
    pub entity: String,
    pub version: i16,
}

/// A document and its own time.
#[derive(Debug)]
pub struct Document {
    pub update_time: jiff::Timestamp,
    pub body: Vec<u8>,
}

/// The most that a list names.
const MOST: i64 = 5_000;

/// Puts a document, unless the one that is there is newer.
pub async fn put(
    tx: &mut Tx,
    root: &Root,
    path: &str,
    body: &[u8],
    checked: &Checked,
) -> Result<bool, Error> {
    let incident = checked.incident.as_ref();
    let end = incident.and_then(|incident| incident.end);
    let put = sqlx::query!(
        "insert into monitoring_documents
             (entity, version, path, update_time, body, service, day, incident_start, incident_end, false_positive)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (entity, version, path) do update set update_time = excluded.update_time, body = excluded.body,
             incident_start = excluded.incident_start, incident_end = excluded.incident_end,
             false_positive = excluded.false_positive
         where monitoring_documents.update_time <= excluded.update_time",
        root.entity,
        root.version,
        path,
        checked.update_time.to_sqlx() as Timestamp,
        body,
        checked.service,
        checked.day.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        incident.map(|incident| incident.start.to_sqlx()) as Option<Timestamp>,
        end.map(ToSqlx::to_sqlx) as Option<Timestamp>,
        incident.map(|incident| incident.false_positive),
    )
    .execute(&mut **tx)
    .await?;
    Ok(put.rows_affected() == 1)
}

pub async fn get(tx: &mut Tx, root: &Root, path: &str) -> Result<Option<Document>, Error> {
    let row = sqlx::query!(
        "select update_time, body from monitoring_documents where entity = $1 and version = $2 and path = $3",
        root.entity,
        root.version,
        path,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Document {
        update_time: row.update_time.to_jiff(),
        body: row.body,
    }))
}

/// Takes documents away; gives how many there were.
pub async fn delete(tx: &mut Tx, root: &Root, paths: &[String]) -> Result<u64, Error> {
    let gone = sqlx::query!(
        "delete from monitoring_documents where entity = $1 and version = $2 and path = any($3)",
        root.entity,
        root.version,
        paths,
    )
    .execute(&mut **tx)
    .await?;
    Ok(gone.rows_affected())
}

/// The states of a service's incidents that were going on in a range of days, newest first.
pub async fn incidents(
    tx: &mut Tx,
    root: &Root,
    service: &str,
    from: jiff::Timestamp,
    before: jiff::Timestamp,
    false_positive: Option<bool>,
) -> Result<Vec<Document>, Error> {
    let rows = sqlx::query!(
        "select update_time, body from monitoring_documents
         where entity = $1 and version = $2 and service = $3 and incident_start < $5
               and (incident_end is null or incident_end >= $4) and ($6::boolean is null or false_positive = $6)
         order by incident_start desc, path limit $7",
        root.entity,
        root.version,
        service,
        from.to_sqlx() as Timestamp,
        before.to_sqlx() as Timestamp,
        false_positive,
        MOST,
    )
    .fetch_all(&mut **tx)
    .await?;
    let documents = rows.into_iter().map(|row| Document {
        update_time: row.update_time.to_jiff(),
        body: row.body,
    });
    Ok(documents.collect())
}

/// The days with measurements of a service in a range, newest first, and when the newest document of all was made.
pub async fn days(
    tx: &mut Tx,
    root: &Root,
    service: &str,
    from: Date,
    to: Date,
) -> Result<Vec<Date>, Error> {
    let days = sqlx::query_scalar!(
        r#"select distinct day "day!: SqlDate" from monitoring_documents
           where entity = $1 and version = $2 and service = $3 and day between $4 and $5 order by 1 desc"#,
        root.entity,
        root.version,
        service,
        from.to_sqlx() as SqlDate,
        to.to_sqlx() as SqlDate,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(days.into_iter().map(SqlDate::to_jiff).collect())
}

/// A document's path and time.
#[derive(Debug)]
pub struct Leaf {
    pub path: String,
    pub update_time: jiff::Timestamp,
}

/// The documents right below a path that ends in `/`, by path.
pub async fn below(tx: &mut Tx, root: &Root, prefix: &str) -> Result<Vec<Leaf>, Error> {
    let rows = sqlx::query!(
        r#"select path, update_time from monitoring_documents
           where entity = $1 and version = $2 and starts_with(path, $3) and path > $3 and path < $3 || '~'
           order by path limit $4"#,
        root.entity,
        root.version,
        prefix,
        MOST,
    )
    .fetch_all(&mut **tx)
    .await?;
    let leaves = rows.into_iter().map(|row| Leaf {
        path: row.path,
        update_time: row.update_time.to_jiff(),
    });
    Ok(leaves.collect())
}

/// Forgets measurements of days before.
pub async fn delete_old(tx: &mut Tx, before: Date) -> Result<(), Error> {
    sqlx::query!(
        "delete from monitoring_documents where day < $1",
        before.to_sqlx() as SqlDate,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
