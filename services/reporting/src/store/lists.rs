//! The lists that everybody sees.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use crate::error::Error;

pub const RDAP_URLS: &str = "rdap-urls";
pub const PROBE_NODES: &str = "probe-nodes";

/// A document and when it was made.
#[derive(Debug)]
pub struct List {
    pub update_time: jiff::Timestamp,
    pub body: Vec<u8>,
}

/// Puts a list, unless the one that is there is newer.
pub async fn put(tx: &mut Tx, name: &str, list: &List) -> Result<bool, Error> {
    let put = sqlx::query!(
        "insert into lists (name, update_time, body) values ($1, $2, $3)
         on conflict (name) do update set update_time = excluded.update_time, body = excluded.body
         where lists.update_time <= excluded.update_time",
        name,
        list.update_time.to_sqlx() as Timestamp,
        list.body,
    )
    .execute(&mut **tx)
    .await?;
    Ok(put.rows_affected() == 1)
}

pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<List>, Error> {
    let row = sqlx::query!("select update_time, body from lists where name = $1", name)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| List {
        update_time: row.update_time.to_jiff(),
        body: row.body,
    }))
}
