//! Mail that the development mailbox received.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::mail::v1 as pb;

use super::convert;
use crate::{error::Error, store};

/// The longest mail address there is.
const MAX_ADDRESS: usize = 254;

pub async fn list_mailbox_messages(
    call: &Call,
    request: &pb::ListMailboxMessagesRequest,
) -> Result<pb::ListMailboxMessagesResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::parse(request.page_size, &request.page_token, &mut bad);
    let recipient = request.recipient.trim();
    if recipient.len() > MAX_ADDRESS || recipient.contains('\0') {
        bad.add("recipient", "must be a mail address");
    }
    let page = bad.finish(page)?;

    let mut tx = call.begin().await?;
    let messages = store::mailbox::list(&mut tx, recipient, &page).await?;
    let (messages, next_page_token) = page.split(messages, |message| message.id);
    Ok(pb::ListMailboxMessagesResponse {
        messages: messages.into_iter().map(convert::envelope).collect(),
        next_page_token,
    })
}
