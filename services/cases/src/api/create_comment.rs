//! Adds a comment that both sides see (CASE-8), with what it does to the case.

use nsp_kit::{
    call::Call,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{
    cases::v1 as pb,
    events::v1::{CaseCommented, CaseReopenRequested},
};

use super::convert::author;
use crate::{
    domain::{Activity, Body, Comment},
    error::Error,
    mails, store,
};

pub async fn create_comment(
    call: &Call,
    request: pb::CreateCommentRequest,
) -> Result<pb::Comment, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let name = bad.parse("parent", &request.parent);
    let body = bad.parse::<Body>("body", &request.body);
    let request_id = bad.parse_optional("request_id", &request.request_id);
    let ((name, body), request_id) = bad.finish(name.zip(body).zip(request_id))?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    if let Some(first) = store::comments::find_request(&mut tx, author.user, request_id).await? {
        return Ok(first.into());
    }
    let activity = case.comment(&author, call.now)?;
    store::cases::update(&mut tx, &case).await?;
    let mut comment = Comment::new(&case, &author, activity, body.as_ref(), call.now);
    comment.request_id = request_id;
    store::comments::insert(&mut tx, &comment).await?;

    let about = About::new(&case.id, case.account);
    let event = CaseCommented {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
        comment: format!("{}/{}", case.id, comment.id),
        author: author.user.to_string(),
        author_display_name: author.name.clone(),
        by_staff: author.staff,
    };
    announce(&mut tx, &about, &event).await?;
    if activity == Activity::ReopenRequested {
        let event = CaseReopenRequested {
            case: case.id.to_string(),
            number: case.number.to_string(),
            account: case.account.to_string(),
        };
        announce(&mut tx, &about, &event).await?;
    }
    mails::commented(&mut tx, &case, &comment).await?;
    tx.commit().await?;
    Ok(comment.into())
}
