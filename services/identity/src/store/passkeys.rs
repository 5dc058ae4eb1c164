//! Passkeys, and the ceremonies by which they are made and shown.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::UserId};
use serde_json::Value;

use crate::domain::{
    AttemptId, CeremonyId, FactorId,
    factor::Factor,
    passkey::{Ceremony, Purpose},
};

/// What an authenticator registered.
pub struct Credential {
    /// What the authenticator calls it.
    pub id: Vec<u8>,
    pub counter: u32,
    /// Public key and flags, as `webauthn-rs` keeps them.
    pub value: Value,
}

/// A passkey ready to be checked.
pub struct Armed {
    pub id: FactorId,
    pub person: UserId,
    pub credential: Credential,
}

/// Adds a passkey; false if the credential is registered already, whosever it is.
pub async fn insert(tx: &mut Tx, factor: &Factor, credential: &Credential) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into passkeys (id, person, display_name, credential_id, credential, counter, create_time, last_use_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (credential_id) do nothing",
        factor.id.0,
        factor.person.0,
        factor.display_name.as_str(),
        credential.id,
        credential.value,
        i64::from(credential.counter),
        factor.create_time.to_sqlx(),
        factor.last_use_time.map(ToSqlx::to_sqlx),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The person's passkeys, oldest first.
pub async fn list(tx: &mut Tx, person: UserId) -> sqlx::Result<Vec<Credential>> {
    let rows = sqlx::query!(
        "select credential_id, credential, counter from passkeys where person = $1 order by id",
        person.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    let all = rows.into_iter().map(|row| Credential {
        id: row.credential_id,
        counter: counter(row.counter),
        value: row.credential,
    });
    Ok(all.collect())
}

/// The passkey of a credential, locked until the transaction ends: of two uses at once, one sees the other's count.
pub async fn lock(tx: &mut Tx, credential: &[u8]) -> sqlx::Result<Option<Armed>> {
    let row = sqlx::query!(
        "select id, person, credential_id, credential, counter from passkeys where credential_id = $1 for update",
        credential,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Armed {
        id: FactorId(row.id),
        person: UserId(row.person),
        credential: Credential {
            id: row.credential_id,
            counter: counter(row.counter),
            value: row.credential,
        },
    }))
}

/// Remembers a use of a passkey that was locked before.
pub async fn set_used(tx: &mut Tx, passkey: &Armed) -> sqlx::Result<()> {
    sqlx::query!(
        "update passkeys set credential = $2, counter = $3, last_use_time = $4 where id = $1",
        passkey.id.0,
        passkey.credential.value,
        i64::from(passkey.credential.counter),
        tx.now().to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn begin(tx: &mut Tx, ceremony: &Ceremony) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into passkey_ceremonies (id, purpose, person, attempt, state, expire_time) values ($1, $2, $3, $4, $5, $6)",
        ceremony.id.0,
        ceremony.purpose as Purpose,
        ceremony.person.map(|person| person.0),
        ceremony.attempt.map(|attempt| attempt.0),
        ceremony.state,
        ceremony.expire_time.to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The ceremony, which is thereby over, whatever comes of it.
pub async fn take(tx: &mut Tx, id: CeremonyId) -> sqlx::Result<Option<Ceremony>> {
    let row = sqlx::query!(
        r#"delete from passkey_ceremonies where id = $1
           returning purpose as "purpose: Purpose", person, attempt, state, expire_time"#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Ceremony {
        id,
        purpose: row.purpose,
        person: row.person.map(UserId),
        attempt: row.attempt.map(AttemptId),
        state: row.state,
        expire_time: row.expire_time.to_jiff(),
    }))
}

pub async fn delete_expired(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from passkey_ceremonies where expire_time <= $1",
        tx.now().to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn counter(kept: i64) -> u32 {
    u32::try_from(kept).unwrap_or(u32::MAX)
}
