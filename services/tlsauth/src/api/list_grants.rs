//! Grants that the caller's account has given and received.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use super::convert;
use crate::{
    domain::State,
    error::Error,
    store::grants::{self, Direction, Selection},
};

pub async fn list_grants(
    call: &Call,
    request: pb::ListGrantsRequest,
) -> Result<pb::ListGrantsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<(String, Uuid)>::parse(request.page_size, &request.page_token, &mut bad);
    let tld = bad.parse_optional("tld", &request.tld);
    let account = bad.parse_optional("account", &request.account);
    let ((page, tld), account) = bad.finish(page.zip(tld).zip(account))?;
    let selection = Selection {
        direction: match request.direction() {
            pb::list_grants_request::Direction::Unspecified => Direction::Both,
            pb::list_grants_request::Direction::Given => Direction::Given,
            pb::list_grants_request::Direction::Received => Direction::Received,
        },
        state: match request.state() {
            pb::grant::State::Unspecified => None,
            pb::grant::State::Active => Some(State::Active),
            pb::grant::State::Expired => Some(State::Expired),
            pb::grant::State::Revoked => Some(State::Revoked),
            pb::grant::State::TldMoved => Some(State::TldMoved),
        },
        tld,
        account,
    };

    let mut tx = call.begin().await?;
    let grants = grants::list(&mut tx, &selection, &page).await?;
    let (grants, next_page_token) =
        page.split(grants, |grant| (grant.tld.as_ref().to_owned(), grant.id.0));
    Ok(pb::ListGrantsResponse {
        grants: grants.iter().map(convert::grant).collect(),
        next_page_token,
    })
}
