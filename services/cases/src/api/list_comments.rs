//! The conversation of a case, oldest first.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::cases::v1 as pb;

use crate::{domain::CommentId, error::Error, store};

pub async fn list_comments(
    call: &Call,
    request: pb::ListCommentsRequest,
) -> Result<pb::ListCommentsResponse, Error> {
    let mut bad = Violations::default();
    let name = bad.parse("parent", &request.parent);
    let page = Page::<CommentId>::parse(request.page_size, &request.page_token, &mut bad);
    let (name, page) = bad.finish(name.zip(page))?;

    let mut tx = call.begin().await?;
    let case = store::cases::get(&mut tx, name).await?;
    let found = store::comments::list(&mut tx, case.id, &page).await?;
    let (found, next_page_token) = page.split(found, |item| item.id);
    Ok(pb::ListCommentsResponse {
        comments: found.into_iter().map(pb::Comment::from).collect(),
        next_page_token,
    })
}
