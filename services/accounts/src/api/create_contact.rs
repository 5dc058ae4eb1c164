//! Adds a contact to an account.

use nsp_kit::{call::Call, db::Tx, events, events::About, id::AccountId, status::Violations};
use nsp_proto::{accounts::v1 as pb, events::v1::ContactAdded};
use uuid::Uuid;

use crate::{
    domain::{Contact, ContactId},
    error::Error,
    store,
};

pub async fn create_contact(
    call: &Call,
    request: pb::CreateContactRequest,
) -> Result<pb::Contact, Error> {
    let mut bad = Violations::default();
    let request_id = bad.parse_optional("request_id", &request.request_id);
    let account = bad.parse("parent", &request.parent);
    let contact = parse(&request.contact.unwrap_or_default(), account, &mut bad);
    let (contact, request_id) = bad.finish(contact.zip(request_id))?;

    let mut tx = call.begin().await?;
    if store::accounts::get(&mut tx, contact.account)
        .await?
        .is_none()
    {
        return Err(Error::AccountNotFound(contact.account));
    }
    let contact = if store::contacts::insert(&mut tx, &contact, request_id).await? {
        announce(&mut tx, &contact).await?;
        contact
    } else {
        made_before(&mut tx, request_id).await?
    };
    tx.commit().await?;
    Ok(contact.into())
}

fn parse(
    message: &pb::Contact,
    account: Option<AccountId>,
    bad: &mut Violations,
) -> Option<Contact> {
    let display_name = bad.parse("contact.display_name", &message.display_name);
    let email = bad.parse("contact.email", &message.email);
    let phone = bad.parse_optional("contact.phone", &message.phone);
    let title = bad.parse_optional("contact.title", &message.title);
    let country = bad.parse("contact.country", &message.country);
    Some(Contact {
        id: ContactId::new(),
        account: account?,
        display_name: display_name?,
        email: email?,
        phone: phone?,
        title: title?,
        country: country?,
        active: message.active,
    })
}

/// What the first try of this request made.
async fn made_before(tx: &mut Tx, request_id: Option<Uuid>) -> Result<Contact, Error> {
    let request_id = request_id.ok_or(sqlx::Error::RowNotFound)?;
    let contact = store::contacts::by_request(tx, request_id).await?;
    Ok(contact.ok_or(sqlx::Error::RowNotFound)?)
}

pub async fn announce(tx: &mut Tx, contact: &Contact) -> sqlx::Result<()> {
    let event = ContactAdded {
        contact: contact.name(),
        account: contact.account.to_string(),
    };
    events::announce(tx, &About::new(&contact.name(), contact.account), &event).await
}
