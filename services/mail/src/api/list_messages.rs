//! Mail about one resource.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::mail::v1 as pb;

use crate::{error::Error, store};

/// The longest resource name there is.
const MAX_RESOURCE: usize = 200;

pub async fn list_messages(
    call: &Call,
    request: &pb::ListMessagesRequest,
) -> Result<pb::ListMessagesResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::parse(request.page_size, &request.page_token, &mut bad);
    let resource = request.resource.as_str();
    if resource.is_empty() || resource.len() > MAX_RESOURCE || resource.contains('\0') {
        bad.add(
            "resource",
            "must be the name of a resource, such as cases/{case}",
        );
    }
    let page = bad.finish(page)?;

    let mut tx = call.begin().await?;
    let messages = store::messages::list(&mut tx, resource, &page).await?;
    let (messages, next_page_token) = page.split(messages, |message| message.id);
    Ok(pb::ListMessagesResponse {
        messages: messages.into_iter().map(pb::Message::from).collect(),
        next_page_token,
    })
}
