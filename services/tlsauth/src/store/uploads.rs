//! Bulk uploads.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    domain::{Upload, UploadId},
    error::Error,
};

const SELECT: &str = "select * from (select uploads.id, uploads.account, accounts.name as account_name, uploads.attestation,
    uploads.attester, creator, creator_name, uploads.create_time, withdraw_time, uploads.row_count, tld_count,
    (select count(*) from consents where upload = uploads.id and state = 'pending') as pending_count
    from uploads left join accounts on accounts.id = uploads.account) upload where true";

#[derive(Debug, sqlx::FromRow)]
struct UploadRow {
    id: Uuid,
    account: Uuid,
    account_name: Option<String>,
    attestation: String,
    attester: String,
    creator: String,
    creator_name: String,
    create_time: Timestamp,
    withdraw_time: Option<Timestamp>,
    row_count: i32,
    tld_count: i32,
    pending_count: i64,
}

impl From<UploadRow> for Upload {
    fn from(row: UploadRow) -> Self {
        Self {
            id: UploadId(row.id),
            account: AccountId(row.account),
            account_name: row.account_name.unwrap_or_default(),
            attestation: row.attestation,
            attester: row.attester,
            creator: row.creator,
            creator_name: row.creator_name,
            create_time: row.create_time.to_jiff(),
            withdraw_time: row.withdraw_time.map(Timestamp::to_jiff),
            row_count: row.row_count,
            tld_count: row.tld_count,
            pending_count: row.pending_count,
        }
    }
}

/// Where uploads of a list stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Waiting,
    Done,
    Withdrawn,
}

fn push_scope(query: &mut QueryBuilder<sqlx::Postgres>, tx: &Tx) {
    if let Some(account) = tx.scope().account() {
        query.push(" and account = ").push_bind(account.0);
    }
}

/// The upload of that name.
pub async fn get(tx: &mut Tx, id: UploadId) -> Result<Upload, Error> {
    let mut query = QueryBuilder::new(format!("{SELECT} and id = "));
    query.push_bind(id.0);
    push_scope(&mut query, tx);
    let row: Option<UploadRow> = query.build_query_as().fetch_optional(&mut **tx).await?;
    row.map(Upload::from).ok_or(Error::UploadNotFound)
}

/// Newest first.
pub async fn list(
    tx: &mut Tx,
    standing: Option<Standing>,
    page: &Page<Uuid>,
) -> Result<Vec<Upload>, Error> {
    let mut query = QueryBuilder::new(SELECT);
    push_scope(&mut query, tx);
    query.push(match standing {
        None => "",
        Some(Standing::Waiting) => " and pending_count > 0",
        Some(Standing::Done) => " and pending_count = 0 and withdraw_time is null",
        Some(Standing::Withdrawn) => " and withdraw_time is not null",
    });
    if let Some(after) = page.after {
        query.push(" and id < ").push_bind(after);
    }
    query
        .push(" order by id desc limit ")
        .push_bind(page.limit());
    let rows: Vec<UploadRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(Upload::from).collect())
}

pub async fn insert(tx: &mut Tx, upload: &Upload) -> Result<(), Error> {
    sqlx::query!(
        "insert into uploads (id, account, attestation, attester, creator, creator_name, create_time, row_count, tld_count)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        upload.id.0,
        upload.account.0,
        upload.attestation,
        upload.attester,
        upload.creator,
        upload.creator_name,
        upload.create_time.to_sqlx() as Timestamp,
        upload.row_count,
        upload.tld_count,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that what is not loaded was taken back.
pub async fn withdraw(tx: &mut Tx, id: UploadId) -> Result<(), Error> {
    sqlx::query!(
        "update uploads set withdraw_time = $2 where id = $1",
        id.0,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
