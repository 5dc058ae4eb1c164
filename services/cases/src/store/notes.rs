//! Internal notes, which only staff's transactions can read.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::UserId, page::Page};
use uuid::Uuid;

use crate::{
    domain::{Author, CaseId, InternalNote, InternalNoteId},
    error::Error,
};

struct Row {
    id: Uuid,
    case_id: Uuid,
    author: Uuid,
    author_name: String,
    body: String,
    create_time: Timestamp,
}

impl TryFrom<Row> for InternalNote {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: InternalNoteId(row.id),
            case: CaseId(row.case_id),
            author: Author {
                user: UserId(row.author),
                name: row.author_name,
                staff: true,
            },
            body: row
                .body
                .parse()
                .map_err(|_| Error::Inconsistent("note body"))?,
            create_time: row.create_time.to_jiff(),
            request_id: None,
        })
    }
}

/// Adds `note`, unless the same author's request has already added one: then that one is returned, and `false`.
pub async fn insert(tx: &mut Tx, note: InternalNote) -> Result<(InternalNote, bool), Error> {
    let added = sqlx::query!(
        "insert into internal_notes (id, case_id, author, author_name, body, create_time, request_id)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint internal_notes_request do nothing",
        note.id.0,
        note.case.0,
        note.author.user.0,
        note.author.name,
        note.body.as_ref(),
        note.create_time.to_sqlx() as Timestamp,
        note.request_id,
    )
    .execute(&mut **tx)
    .await?
    .rows_affected()
        == 1;
    if added {
        return Ok((note, true));
    }
    let row = sqlx::query_as!(
        Row,
        "select id, case_id, author, author_name, body, create_time from internal_notes
         where author = $1 and request_id = $2",
        note.author.user.0,
        note.request_id,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.try_into()?, false))
}

/// Oldest first.
pub async fn list(
    tx: &mut Tx,
    case: CaseId,
    page: &Page<InternalNoteId>,
) -> Result<Vec<InternalNote>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "select id, case_id, author, author_name, body, create_time from internal_notes
         where case_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
        case.0,
        page.after.map(|id| id.0),
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(InternalNote::try_from).collect()
}
