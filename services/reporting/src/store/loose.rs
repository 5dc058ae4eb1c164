//! Objects that no row refers to, yet or any more. An object is named here before it is written, and leaves in the
//! transaction that gives it a row: whatever breaks in between leaves a name that a job finds.

use jiff::SignedDuration;
use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use crate::error::Error;

/// Longer than any request takes, by far.
const REST: SignedDuration = SignedDuration::from_hours(1);

/// Names an object that is about to be written, or whose row is about to go.
pub async fn add(tx: &mut Tx, object: &str) -> Result<(), Error> {
    sqlx::query!(
        "insert into loose_objects (object, time) values ($1, $2)",
        object,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Says that an object has a row now. False if the job has taken it, which takes an hour: the request starts over.
pub async fn keep(tx: &mut Tx, object: &str) -> Result<bool, Error> {
    let kept = sqlx::query!("delete from loose_objects where object = $1", object)
        .execute(&mut **tx)
        .await?;
    Ok(kept.rows_affected() == 1)
}

/// Up to `limit` objects that have been loose for long enough, locked until the transaction ends.
pub async fn old(tx: &mut Tx, limit: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select object from loose_objects where time < $1 order by time limit $2 for update skip locked",
        (tx.now() - REST).to_sqlx() as Timestamp,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Forgets objects that were deleted.
pub async fn forget(tx: &mut Tx, objects: &[String]) -> Result<(), Error> {
    sqlx::query!("delete from loose_objects where object = any($1)", objects)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
