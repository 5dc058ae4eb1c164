//! Keeping what was submitted.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use crate::{
    domain::{Accepted, Kind, Label, Submission, SubmissionId},
    error::Error,
    settings::Verdict,
};

/// What takes the place of what: the id of an escrow report, the month or day of the others.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    pub tld: &'a Label,
    pub kind: Kind,
    pub external_id: &'a str,
    pub period: Date,
}

/// What is in a slot.
#[derive(Debug)]
pub struct Current {
    pub id: SubmissionId,
    pub sha256: Vec<u8>,
    pub domains: Option<u32>,
}

/// What counts in a slot now.
pub async fn current(tx: &mut Tx, slot: &Slot<'_>) -> Result<Option<Current>, Error> {
    let by_id = slot.kind == Kind::EscrowReport;
    let row = sqlx::query!(
        "select submissions.id, sha256, domain_count
         from submissions join tlds on label = tld and tlds.account = submissions.account
         where current and tld = $1 and kind = $2
               and case when $3 then external_id = $4 else period = $5 end",
        slot.tld.as_ref(),
        slot.kind as Kind,
        by_id,
        slot.external_id,
        slot.period.to_sqlx() as SqlDate,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Current {
        id: SubmissionId(row.id),
        sha256: row.sha256,
        domains: row.domain_count.and_then(|count| u32::try_from(count).ok()),
    }))
}

/// Empties a slot, for the one that takes its place.
pub async fn supersede(tx: &mut Tx, slot: &Slot<'_>) -> Result<(), Error> {
    let by_id = slot.kind == Kind::EscrowReport;
    sqlx::query!(
        "update submissions set current = false
         where current and tld = $1 and kind = $2
               and case when $3 then external_id = $4 else period = $5 end",
        slot.tld.as_ref(),
        slot.kind as Kind,
        by_id,
        slot.external_id,
        slot.period.to_sqlx() as SqlDate,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps a submission: an accepted one, whose bytes are in `object`, counts from now on.
pub async fn insert(
    tx: &mut Tx,
    one: &Submission,
    verdict: &Verdict,
    object: Option<&str>,
) -> Result<(), Error> {
    let accepted: Option<&Accepted> = one.outcome.as_ref().ok();
    let problem = one.outcome.as_ref().err();
    let period = accepted.map(|accepted| accepted.period).or(one.period);
    let verification = accepted.and_then(|accepted| accepted.verification);
    let last_full = accepted.and_then(|accepted| accepted.last_full);
    sqlx::query!(
        "insert into submissions (id, account, tld, kind, period, external_id, receive_time, accepted, code, message,
             description, domain_count, current, client, client_address, size, sha256, object, full_deposit, verification,
             last_full_date)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $8, $13, $14, $15, $16, $17, $18, $19, $20)",
        one.id.0,
        one.account.0,
        one.tld.as_ref(),
        one.kind as Kind,
        period.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        one.external_id,
        one.receive_time.to_sqlx() as Timestamp,
        accepted.is_some(),
        verdict.code,
        verdict.message,
        problem.map_or("", |problem| problem.description.as_str()),
        accepted.and_then(|accepted| accepted.domains.map(i64::from)),
        one.client,
        one.client_address,
        one.size,
        one.sha256,
        object,
        accepted.and_then(|accepted| accepted.full_deposit),
        verification.map(crate::domain::Verification::code),
        last_full.map(ToSqlx::to_sqlx) as Option<SqlDate>,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets what was submitted too long ago; the objects become loose. Gives how many there were.
pub async fn delete_old(
    tx: &mut Tx,
    rejected_before: jiff::Timestamp,
    daily_before: Date,
    monthly_before: Date,
    limit: i64,
) -> Result<u64, Error> {
    let gone = sqlx::query!(
        "with gone as (
             delete from submissions where id in (
                 select id from submissions
                 where case when not accepted then receive_time < $1
                            when kind in ('escrow_report', 'escrow_notification') then period < $2
                            else period < $3 end
                 limit $4)
             returning object)
         insert into loose_objects (object, time)
         select object, $5 from gone where object is not null",
        rejected_before.to_sqlx() as Timestamp,
        daily_before.to_sqlx() as SqlDate,
        monthly_before.to_sqlx() as SqlDate,
        limit,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(gone.rows_affected())
}

/// Whether there are any, for the demonstration data.
pub async fn exist(tx: &mut Tx) -> Result<bool, Error> {
    let exist = sqlx::query_scalar!(r#"select exists (select from submissions) "exist!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(exist)
}
