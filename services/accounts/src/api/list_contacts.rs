//! Contacts of an account by name.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::accounts::v1 as pb;

use crate::{error::Error, store};

pub async fn list_contacts(
    call: &Call,
    request: &pb::ListContactsRequest,
) -> Result<pb::ListContactsResponse, Error> {
    let mut bad = Violations::default();
    let account = bad.parse("parent", &request.parent);
    let page = Page::parse(request.page_size, &request.page_token, &mut bad);
    let (account, page) = bad.finish(account.zip(page))?;

    let mut tx = call.begin().await?;
    if store::accounts::get(&mut tx, account).await?.is_none() {
        return Err(Error::AccountNotFound(account));
    }
    let contacts = store::contacts::list(&mut tx, account, &page).await?;
    let (contacts, next_page_token) = page.split(contacts, |contact| {
        (contact.display_name.to_string(), contact.id)
    });
    Ok(pb::ListContactsResponse {
        contacts: contacts.into_iter().map(pb::Contact::from).collect(),
        next_page_token,
    })
}
