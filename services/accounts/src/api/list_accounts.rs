//! Accounts by display name.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::accounts::v1 as pb;

use super::convert;
use crate::{error::Error, store};

pub async fn list_accounts(
    call: &Call,
    request: &pb::ListAccountsRequest,
) -> Result<pb::ListAccountsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::parse(request.page_size, &request.page_token, &mut bad);
    let query = convert::query(&request.query, &mut bad);
    if pb::account::Kind::try_from(request.kind).is_err() {
        bad.add("kind", "must be one of the kinds");
    }
    let (page, query) = bad.finish(page.zip(query))?;
    let kind = convert::kind(request.kind());

    let mut tx = call.begin().await?;
    let filter = store::accounts::Filter { query, kind };
    let accounts = store::accounts::list(&mut tx, &filter, &page).await?;
    let (accounts, next_page_token) = page.split(accounts, |account| {
        (account.display_name.to_string(), account.id)
    });
    Ok(pb::ListAccountsResponse {
        accounts: accounts.into_iter().map(pb::Account::from).collect(),
        next_page_token,
    })
}
