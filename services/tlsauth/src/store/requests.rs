//! Requests that were carried out, so that a retry gets the same answer.

use jiff::SignedDuration;
use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;
use uuid::Uuid;

use crate::error::Error;

/// How long a request is remembered. Clients retry within seconds, people within hours.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a request.
pub enum Known {
    /// Nothing: it is being carried out now. A second one of the same id waits until this transaction ends.
    New,
    /// It was carried out, and this was the answer.
    Answered(Vec<u8>),
    /// Its id was used for something else.
    Different,
}

/// Begins a request, or finds what it was answered.
pub async fn begin(tx: &mut Tx, id: Uuid, digest: &[u8]) -> Result<Known, Error> {
    let creator = tx.actor().to_string();
    let added = sqlx::query!(
        "insert into requests (creator, request_id, digest, answer, time) values ($1, $2, $3, '', $4)
         on conflict do nothing",
        creator,
        id,
        digest,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    if added.rows_affected() == 1 {
        return Ok(Known::New);
    }
    let first = sqlx::query!(
        "select digest, answer from requests where creator = $1 and request_id = $2",
        creator,
        id,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(if first.digest == digest {
        Known::Answered(first.answer)
    } else {
        Known::Different
    })
}

/// Keeps the answer to a request that this transaction began.
pub async fn finish(tx: &mut Tx, id: Uuid, answer: &[u8]) -> Result<(), Error> {
    sqlx::query!(
        "update requests set answer = $3 where creator = $1 and request_id = $2",
        tx.actor().to_string(),
        id,
        answer,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets those nobody will repeat.
pub async fn delete_old(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query!(
        "delete from requests where time < $1",
        (tx.now() - KEPT).to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
