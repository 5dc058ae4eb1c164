//! The conversation of a case.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::UserId, page::Page};
use uuid::Uuid;

use crate::{
    domain::{Activity, Author, CaseId, Comment, CommentId},
    error::Error,
};

struct Row {
    id: Uuid,
    case_id: Uuid,
    activity: Activity,
    by_staff: bool,
    author: Uuid,
    author_name: String,
    organization: String,
    body: String,
    create_time: Timestamp,
}

impl From<Row> for Comment {
    fn from(row: Row) -> Self {
        Self {
            id: CommentId(row.id),
            case: CaseId(row.case_id),
            activity: row.activity,
            author: Author {
                user: UserId(row.author),
                name: row.author_name,
                staff: row.by_staff,
            },
            organization: row.organization,
            body: row.body,
            create_time: row.create_time.to_jiff(),
            request_id: None,
        }
    }
}

/// What a request of `author` has already added, if it is a repetition.
pub async fn find_request(
    tx: &mut Tx,
    author: UserId,
    request_id: Option<Uuid>,
) -> Result<Option<Comment>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, case_id, activity "activity: Activity", by_staff, author, author_name, organization, body,
                  create_time
           from comments where author = $1 and request_id = $2"#,
        author.0,
        request_id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Comment::from))
}

pub async fn insert(tx: &mut Tx, comment: &Comment) -> Result<(), Error> {
    sqlx::query!(
        "insert into comments (id, case_id, activity, by_staff, author, author_name, organization, body, create_time,
                               request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        comment.id.0,
        comment.case.0,
        comment.activity as Activity,
        comment.author.staff,
        comment.author.user.0,
        comment.author.name,
        comment.organization,
        comment.body,
        comment.create_time.to_sqlx() as Timestamp,
        comment.request_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Oldest first.
pub async fn list(
    tx: &mut Tx,
    case: CaseId,
    page: &Page<CommentId>,
) -> Result<Vec<Comment>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, case_id, activity "activity: Activity", by_staff, author, author_name, organization, body,
                  create_time
           from comments where case_id = $1 and ($2::uuid is null or id > $2) order by id limit $3"#,
        case.0,
        page.after.map(|id| id.0),
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Comment::from).collect())
}
