//! Credentials of other systems in the database, and the locks of who guesses them.

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use nsp_kit::{
    db::Tx,
    id::AccountId,
    seal::{Envelope, Sealed},
    soft_lock::{Tries, next_day},
};
use sqlx::Result;

use super::read;
use crate::domain::{Credential, CredentialKind, CredentialName, TldLabel};

struct Row {
    tld: TldLabel,
    kind: CredentialKind,
    user_name: String,
    prefixes: Vec<String>,
    password_change_time: jiff_sqlx::Timestamp,
    update_time: jiff_sqlx::Timestamp,
    updater_name: String,
    version: i64,
}

impl TryFrom<Row> for Credential {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        let prefixes = row.prefixes.iter();
        Ok(Self {
            user_name: read("user_name", &row.user_name)?,
            prefixes: prefixes
                .map(|prefix| read("prefixes", prefix))
                .collect::<Result<_>>()?,
            name: CredentialName {
                tld: row.tld,
                kind: row.kind,
            },
            password_change_time: row.password_change_time.to_jiff(),
            update_time: row.update_time.to_jiff(),
            updater_name: row.updater_name,
            version: row.version,
        })
    }
}

/// Those of a TLD that were set, in no order.
pub async fn list(tx: &mut Tx, tld: &TldLabel) -> Result<Vec<Credential>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select tld, kind, user_name, prefixes::text[] as "prefixes!", password_change_time, update_time, updater_name,
                  version
           from credentials where tld = $1"#,
        tld.as_ascii(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Credential::try_from).collect()
}

/// The credential if it was set, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, name: &CredentialName) -> Result<Option<Credential>> {
    let row = sqlx::query_as!(
        Row,
        r#"select tld, kind, user_name, prefixes::text[] as "prefixes!", password_change_time, update_time, updater_name,
                  version
           from credentials where tld = $1 and kind = $2 for update"#,
        name.tld.as_ascii(),
        name.kind as _,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Credential::try_from).transpose()
}

/// A credential with its password.
pub struct Kept {
    pub credential: Credential,
    pub account: AccountId,
    pub password: Envelope,
}

/// The credential with its password, if it was set.
pub async fn get_with_password(tx: &mut Tx, name: &CredentialName) -> Result<Option<Kept>> {
    let row = sqlx::query!(
        r#"select tld, kind, user_name, prefixes::text[] as "prefixes!",
                  password_change_time, update_time, updater_name, version, password, data_key, sealed_with, account
           from credentials join tlds on label = tld where tld = $1 and kind = $2"#,
        name.tld.as_ascii(),
        name.kind as _,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Kept {
        account: row.account,
        password: Envelope {
            data_key: Sealed {
                key: row.sealed_with,
                bytes: row.data_key,
            },
            bytes: row.password,
        },
        credential: Row {
            tld: row.tld,
            kind: row.kind,
            user_name: row.user_name,
            prefixes: row.prefixes,
            password_change_time: row.password_change_time,
            update_time: row.update_time,
            updater_name: row.updater_name,
            version: row.version,
        }
        .try_into()?,
    }))
}

/// Adds a credential, unless somebody has just done so. Says whether it did.
pub async fn insert(tx: &mut Tx, credential: &Credential, password: &Envelope) -> Result<bool> {
    let done = sqlx::query!(
        "insert into credentials (tld, kind, user_name, password, data_key, sealed_with, password_change_time, prefixes,
                                  update_time, updater_name, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8::text[]::cidr[], $9, $10, $11) on conflict (tld, kind) do nothing",
        credential.name.tld.as_ascii(),
        credential.name.kind as _,
        credential.user_name.as_str(),
        password.bytes,
        password.data_key.bytes,
        password.data_key.key,
        credential.password_change_time.to_sqlx() as _,
        &texts(credential) as &[String],
        credential.update_time.to_sqlx() as _,
        credential.updater_name,
        credential.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what was locked before, but for its password.
pub async fn update(tx: &mut Tx, credential: &Credential) -> Result<()> {
    sqlx::query!(
        "update credentials set user_name = $3, prefixes = $4::text[]::cidr[], password_change_time = $5, update_time = $6,
                updater_name = $7, version = $8
         where tld = $1 and kind = $2",
        credential.name.tld.as_ascii(),
        credential.name.kind as _,
        credential.user_name.as_str(),
        &texts(credential) as &[String],
        credential.password_change_time.to_sqlx() as _,
        credential.update_time.to_sqlx() as _,
        credential.updater_name,
        credential.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes another password, or the same one sealed anew.
pub async fn set_password(tx: &mut Tx, name: &CredentialName, password: &Envelope) -> Result<()> {
    sqlx::query!(
        "update credentials set password = $3, data_key = $4, sealed_with = $5 where tld = $1 and kind = $2",
        name.tld.as_ascii(),
        name.kind as _,
        password.bytes,
        password.data_key.bytes,
        password.data_key.key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Some credentials whose data key is sealed with another key than `current`, locked; the ones that somebody else has
/// locked have their turn next time.
pub async fn lock_sealed_before(
    tx: &mut Tx,
    current: &str,
) -> Result<Vec<(CredentialName, Envelope)>> {
    let rows = sqlx::query!(
        "select tld, kind, password, data_key, sealed_with from credentials
         where sealed_with <> $1 order by tld, kind limit 1000 for update skip locked",
        current,
    )
    .fetch_all(&mut **tx)
    .await?;
    let all = rows.into_iter().map(|row| {
        let name = CredentialName {
            tld: row.tld,
            kind: row.kind,
        };
        let envelope = Envelope {
            data_key: Sealed {
                key: row.sealed_with,
                bytes: row.data_key,
            },
            bytes: row.password,
        };
        (name, envelope)
    });
    Ok(all.collect())
}

/// What is tried: a user name, from where it may be used or from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    pub user_name: &'a str,
    pub stranger: bool,
}

/// The failed tries. Waits for every other try, and holds them off until the transaction ends.
pub async fn hold(tx: &mut Tx, tried: Tried<'_>) -> Result<Tries> {
    let row = sqlx::query!(
        "insert into credential_locks (user_name, stranger, time) values ($1, $2, $3)
         on conflict (user_name, stranger) do update set failures = credential_locks.failures
         returning failures, time",
        tried.user_name,
        tried.stranger,
        tx.now().to_sqlx() as _,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Tries::new(row.failures, row.time.to_jiff()))
}

/// Writes what was held before.
pub async fn set_tries(tx: &mut Tx, of: Tried<'_>, tries: &Tries) -> Result<()> {
    sqlx::query!(
        "update credential_locks set failures = $3, time = $4 where user_name = $1 and stranger = $2",
        of.user_name,
        of.stranger,
        tries.failures(),
        tries.last().to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the tries at a user name: its password is another one now, and nobody has tried that yet.
pub async fn forget_tries(tx: &mut Tx, user_name: &str) -> Result<()> {
    sqlx::query!(
        "delete from credential_locks where user_name = $1",
        user_name
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes what counts no more because its day is over.
pub async fn delete_tries_of_past_days(tx: &mut Tx) -> Result<()> {
    let day = SignedDuration::from_hours(24);
    sqlx::query!(
        "delete from credential_locks where time < $1",
        (next_day(tx.now()) - day).to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn texts(credential: &Credential) -> Vec<String> {
    credential
        .prefixes
        .iter()
        .map(ToString::to_string)
        .collect()
}
