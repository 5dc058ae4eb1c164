//! What service providers want to load for TLDs of the caller's account.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::convert;
use crate::{
    domain::ConsentState,
    error::Error,
    store::consent_list::{self, Key},
};

pub async fn list_upload_consents(
    call: &Call,
    request: pb::ListUploadConsentsRequest,
) -> Result<pb::ListUploadConsentsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<Key>::parse(request.page_size, &request.page_token, &mut bad);
    let page = bad.finish(page)?;
    let state = match request.state() {
        pb::upload_consent::State::Unspecified => None,
        pb::upload_consent::State::Pending => Some(ConsentState::Pending),
        pb::upload_consent::State::Approved => Some(ConsentState::Approved),
        pb::upload_consent::State::Objected => Some(ConsentState::Objected),
        pb::upload_consent::State::Lapsed => Some(ConsentState::Lapsed),
        pb::upload_consent::State::Withdrawn => Some(ConsentState::Withdrawn),
    };

    let mut tx = call.begin().await?;
    let consents = consent_list::page(&mut tx, state, &page).await?;
    let (consents, next_page_token) = page.split(consents, Key::of);
    Ok(pb::ListUploadConsentsResponse {
        consents: consents.iter().map(convert::consent).collect(),
        next_page_token,
    })
}
