//! One mail that the development mailbox received.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::mail::v1 as pb;

use super::convert;
use crate::{error::Error, store};

pub async fn get_mailbox_message(
    call: &Call,
    request: &pb::GetMailboxMessageRequest,
) -> Result<pb::MailboxMessage, Error> {
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;

    let mut tx = call.begin().await?;
    let received = store::mailbox::get(&mut tx, id).await?;
    Ok(convert::whole(
        received.ok_or(Error::MailboxMessageNotFound(id))?,
    ))
}
