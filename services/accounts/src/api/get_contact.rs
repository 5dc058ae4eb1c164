//! One contact.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::accounts::v1 as pb;

use crate::{domain::ContactName, error::Error, store};

pub async fn get_contact(
    call: &Call,
    request: &pb::GetContactRequest,
) -> Result<pb::Contact, Error> {
    let mut bad = Violations::default();
    let name = bad.parse::<ContactName>("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let contact = store::contacts::get(&mut tx, name).await?;
    Ok(contact.ok_or(Error::ContactNotFound(name))?.into())
}
