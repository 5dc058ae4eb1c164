//! Failed tries at credentials.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId};

use crate::domain::soft_lock::{Credential, Kind, Tries, next_day};

/// What is kept of a credential, locked until the transaction ends.
pub struct Held {
    pub tries: Tries,
    /// The end of a lock, if it was not written down yet.
    pub unwritten_end: Option<Timestamp>,
}

impl Held {
    pub(super) fn new(
        failures: i32,
        time: jiff_sqlx::Timestamp,
        locked_until: Option<jiff_sqlx::Timestamp>,
    ) -> Self {
        Self {
            tries: Tries::new(failures, time.to_jiff()),
            unwritten_end: locked_until.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}

/// Waits for every other try at the credential. It is one statement whether there was a row or not.
pub async fn hold(tx: &mut Tx, credential: &Credential) -> sqlx::Result<Held> {
    let row = sqlx::query!(
        "insert into soft_locks (kind, credential, person, time) values ($1, $2, $3, $4)
         on conflict (kind, credential) do update set failures = soft_locks.failures
         returning failures, time, locked_until",
        credential.kind as Kind,
        credential.id,
        credential.person.map(|person| person.0),
        tx.now().to_sqlx(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Held::new(row.failures, row.time, row.locked_until))
}

/// Writes what was held before.
pub async fn set(tx: &mut Tx, credential: &Credential, tries: &Tries) -> sqlx::Result<()> {
    sqlx::query!(
        "update soft_locks set failures = $3, time = $4, locked_until = $5 where kind = $1 and credential = $2",
        credential.kind as Kind,
        credential.id,
        tries.failures(),
        tries.last().to_sqlx(),
        tries.locked_until().map(ToSqlx::to_sqlx),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Some credentials whose lock has ended without anybody having written it down; afterwards it counts as written. Those
/// that are being tried just now have their turn next time.
pub async fn take_ended(tx: &mut Tx) -> sqlx::Result<Vec<Credential>> {
    let rows = sqlx::query!(
        r#"update soft_locks as l set locked_until = null
           from (select kind, credential from soft_locks where locked_until <= $1
                 order by locked_until limit 1000 for update skip locked) as ended
           where l.kind = ended.kind and l.credential = ended.credential
           returning l.kind as "kind: Kind", l.credential, l.person"#,
        tx.now().to_sqlx(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let credentials = rows.into_iter().map(|row| Credential {
        kind: row.kind,
        id: row.credential,
        person: row.person.map(UserId),
    });
    Ok(credentials.collect())
}

/// Forgets a credential's failures, and says whether a lock of which the end was not written down has gone with them.
pub async fn delete(tx: &mut Tx, credential: &Credential) -> sqlx::Result<Option<Timestamp>> {
    let end = sqlx::query_scalar!(
        "delete from soft_locks where kind = $1 and credential = $2 returning locked_until",
        credential.kind as Kind,
        credential.id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(end.flatten().map(jiff_sqlx::Timestamp::to_jiff))
}

/// Deletes what counts no more because its day is over.
pub async fn delete_of_past_days(tx: &mut Tx) -> sqlx::Result<()> {
    let day = jiff::SignedDuration::from_hours(24);
    sqlx::query!(
        "delete from soft_locks where time < $1 and locked_until is null",
        (next_day(tx.now()) - day).to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
