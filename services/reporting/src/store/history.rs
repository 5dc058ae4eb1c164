//! What was submitted for a TLD, for people.

use jiff_sqlx::{Date as SqlDate, Timestamp};
use nsp_kit::{db::Tx, page::Page};
use uuid::Uuid;

use crate::{
    domain::{Kind, Label, SubmissionId},
    error::Error,
};

/// A submission, as lists show it.
#[derive(Debug)]
pub struct Entry {
    pub id: SubmissionId,
    pub tld: String,
    pub kind: Kind,
    pub period: Option<jiff::civil::Date>,
    pub external_id: String,
    pub receive_time: jiff::Timestamp,
    pub code: i32,
    pub message: String,
    pub description: String,
    pub domains: Option<u32>,
    pub current: bool,
    pub client: String,
    pub client_address: String,
    pub accepted: bool,
    pub size: i64,
    pub sha256: Vec<u8>,
}

/// A page of a TLD's submissions, newest first, as far as the transaction sees them.
pub async fn page(
    tx: &mut Tx,
    tld: &Label,
    kind: Option<Kind>,
    page: &Page<Uuid>,
) -> Result<Vec<Entry>, Error> {
    let account = tx.scope().account();
    let rows = sqlx::query!(
        r#"select id, tld, kind "kind: Kind", period "period: SqlDate", external_id, receive_time "receive_time: Timestamp",
                  code, message, description, domain_count, current, client, client_address, accepted, size, sha256
           from submissions
           where tld = $1 and ($2::uuid is null or account = $2 or (tld, account) in (select tld, account from granted))
                 and ($3::report_kind is null or kind = $3)
                 and ($4::uuid is null or id < $4)
           order by id desc limit $5"#,
        tld.as_ref(),
        account.map(|account| account.0),
        kind as Option<Kind>,
        page.after,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let entries = rows.into_iter().map(|row| Entry {
        id: SubmissionId(row.id),
        tld: row.tld,
        kind: row.kind,
        period: row.period.map(SqlDate::to_jiff),
        external_id: row.external_id,
        receive_time: row.receive_time.to_jiff(),
        code: row.code,
        message: row.message,
        description: row.description,
        domains: row.domain_count.and_then(|count| u32::try_from(count).ok()),
        current: row.current,
        client: row.client,
        client_address: row.client_address,
        accepted: row.accepted,
        size: row.size,
        sha256: row.sha256,
    });
    Ok(entries.collect())
}
