//! Mails that an account's people are to get, until identity has said who they are.

use std::collections::HashMap;

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};
use uuid::Uuid;

use crate::error::Error;

/// What tells [`crate::notices`] that there is one.
pub const CHANNEL: &str = "nsp_tlsauth_notices";

/// A mail to those of an account whom it concerns.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: Uuid,
    pub account: AccountId,
    /// Of the mail service.
    pub template: String,
    /// What it is about.
    pub resource: String,
    pub values: HashMap<String, String>,
    /// Only to those who see this TLD; empty for those who see all.
    pub tld: String,
    /// The consent whose waiting period begins with it.
    pub consent: Option<Uuid>,
}

pub async fn insert(tx: &mut Tx, notice: &Notice) -> Result<(), Error> {
    let data = serde_json::to_value(&notice.values)
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "insert into notices (id, account, template, resource, data, tld, consent, create_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        notice.id,
        notice.account.0,
        notice.template,
        notice.resource,
        data,
        notice.tld,
        notice.consent,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The oldest ones after `after`.
pub async fn next(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<Notice>, Error> {
    let rows = sqlx::query!(
        "select id, account, template, resource, data, tld, consent from notices where id > $1
         order by id limit $2",
        after,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let notices = rows.into_iter().map(|row| {
        Ok(Notice {
            id: row.id,
            account: AccountId(row.account),
            template: row.template,
            resource: row.resource,
            values: serde_json::from_value(row.data)
                .map_err(|_| Error::Inconsistent("values of a notice"))?,
            tld: row.tld,
            consent: row.consent,
        })
    });
    notices.collect()
}

pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    sqlx::query!("delete from notices where id = $1", id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
