//! One case at a time.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;
use uuid::Uuid;

use super::row::{CaseRow, ExpediteColumn, StatusColumn};
use crate::{
    domain::{Case, CaseId, CaseName, CaseNumber, Kind, Label, Status},
    error::Error,
};

/// The case of that name.
pub async fn get(tx: &mut Tx, name: CaseName) -> Result<Case, Error> {
    let id = resolve(tx, name).await?;
    let account = tx.scope().account().map(|account| account.0);
    let row = sqlx::query_as!(
        CaseRow,
        r#"select id, number, account, account_name, kind "kind: Kind", status "status: StatusColumn", subject,
                  description, tlds, creator, creator_name, assignee, assignee_name, create_time, update_time, due_time,
                  icann_due_time, end_time, question, question_time, expedite "expedite: ExpediteColumn",
                  expedite_reason, expedite_time, decision_time, decision_reason, follows, version
           from cases where id = $1 and ($2::uuid is null or account = $2)"#,
        id.0,
        account,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(Error::NotFound)?.try_into()
}

/// The case of that name, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, name: CaseName) -> Result<Case, Error> {
    let id = resolve(tx, name).await?;
    let account = tx.scope().account().map(|account| account.0);
    sqlx::query!(
        "select id from cases where id = $1 and ($2::uuid is null or account = $2) for update",
        id.0,
        account,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    get(tx, CaseName::Id(id)).await
}

async fn resolve(tx: &mut Tx, name: CaseName) -> Result<CaseId, Error> {
    let number = match name {
        CaseName::Id(id) => return Ok(id),
        CaseName::Number(number) => number,
    };
    let account = tx.scope().account().map(|account| account.0);
    let id = sqlx::query_scalar!(
        "select id from cases where number = $1 and ($2::uuid is null or account = $2)",
        number.0,
        account,
    )
    .fetch_optional(&mut **tx)
    .await?;
    id.map(CaseId).ok_or(Error::NotFound)
}

/// Adds `case` and gives it its number, unless `request_id` of the same creator has already added one: then that one
/// is returned, and `false`.
pub async fn insert(
    tx: &mut Tx,
    mut case: Case,
    request_id: Option<Uuid>,
) -> Result<(Case, bool), Error> {
    let number = sqlx::query_scalar!(
        r#"insert into cases (id, account, account_name, kind, status, subject, description, tlds, creator, creator_name,
                              request_id, create_time, update_time, due_time, icann_due_time, follows)
           values ($1, $2, $3, $4, 'new', $5, $6, $7, $8, $9, $10, $11, $11, $12, $12, $13)
           on conflict on constraint cases_request do nothing
           returning number"#,
        case.id.0,
        case.account.0,
        case.account_name,
        case.kind as Kind,
        case.subject.as_ref(),
        case.description.as_ref(),
        &labels(&case.tlds),
        case.creator.user.0,
        case.creator.name,
        request_id,
        case.create_time.to_sqlx() as Timestamp,
        case.due().to_sqlx() as Timestamp,
        case.follows.map(|id| id.0),
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(number) = number {
        case.number = CaseNumber(number);
        return Ok((case, true));
    }
    let first = sqlx::query_scalar!(
        "select id from cases where creator = $1 and request_id = $2",
        case.creator.user.0,
        request_id,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::NotFound)?;
    Ok((get(tx, CaseName::Id(CaseId(first))).await?, false))
}

/// Writes what may change in the life of a case.
pub async fn update(tx: &mut Tx, case: &Case) -> Result<(), Error> {
    let (question, question_time) = match &case.status {
        Status::ActionRequired {
            question, asked, ..
        } => (Some(question.as_ref()), Some(asked.to_sqlx())),
        _ => (None, None),
    };
    let end_time = match case.status {
        Status::Canceled { at } | Status::Closed { at } => Some(at.to_sqlx()),
        _ => None,
    };
    let expedite = case.expedite.as_ref();
    let decision = expedite.and_then(|expedite| expedite.decision.as_ref());
    sqlx::query!(
        r#"update cases set status = $2, assignee = $3, assignee_name = $4, update_time = $5, due_time = $6,
                  icann_due_time = $7, end_time = $8, question = $9, question_time = $10, expedite = $11,
                  expedite_reason = $12, expedite_time = $13, decision_time = $14, decision_reason = $15, version = $16
           where id = $1"#,
        case.id.0,
        StatusColumn::from(&case.status) as StatusColumn,
        case.assignee.as_ref().map(|author| author.user.0),
        case.assignee.as_ref().map(|author| author.name.as_str()),
        case.update_time.to_sqlx() as Timestamp,
        case.due().to_sqlx() as Timestamp,
        case.icann_due.to_sqlx() as Timestamp,
        end_time as Option<Timestamp>,
        question,
        question_time as Option<Timestamp>,
        expedite.map(ExpediteColumn::from) as Option<ExpediteColumn>,
        expedite.map(|expedite| expedite.reason.as_ref()),
        expedite.map(|expedite| expedite.requested.to_sqlx()) as Option<Timestamp>,
        decision.map(|decision| decision.at.to_sqlx()) as Option<Timestamp>,
        decision.and_then(|decision| decision.reason.as_ref()).map(AsRef::as_ref),
        case.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn labels(tlds: &[Label]) -> Vec<String> {
    tlds.iter().map(|tld| tld.as_ref().to_owned()).collect()
}
