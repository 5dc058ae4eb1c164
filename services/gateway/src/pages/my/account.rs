//! Chooses the account to act for (ID-5).

use axum::response::Response;
use nsp_proto::identity::v1::SwitchAccountRequest;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, done},
    signed_in::SignedIn,
    urls,
};

pub async fn post(me: SignedIn, form: Form) -> Result<Response, PageError> {
    let request = SwitchAccountRequest {
        account: form.value("account").to_owned(),
    };
    me.clients.sessions().switch_account(request).await?;
    me.forget();
    Ok(done(after(form.value("return_to")), Some(&frame::ACCOUNT)))
}

/// A page about one case of the other account would be no page any more.
fn after(return_to: &str) -> &str {
    if return_to.starts_with("/cases/") && !return_to.starts_with(urls::CASE_NEW) {
        urls::CASES
    } else {
        urls::safe_next(return_to)
    }
}
