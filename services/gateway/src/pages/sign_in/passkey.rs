//! A passkey instead of password and code: offered in the fields of the sign-in page, and by a button.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, header};
use nsp_proto::identity::v1::{CompletePasskeySignInRequest, StartPasskeySignInRequest};
use serde_json::json;

use crate::{
    app::App,
    errors::PageError,
    forms::Form,
    frame::done,
    limits::ClientAddress,
    pages::sign_in::{client, open, password},
    passkeys, urls,
};

/// The question, for the page's script. It is fetched rather than in the page, so that who only looks at the page leaves
/// nothing behind, and so that it is fresh.
pub async fn options(
    State(app): State<Arc<App>>,
    address: ClientAddress,
) -> Result<Response, PageError> {
    app.limits.passkey_question(address)?;
    let mut service = app.clients.sign_in();
    let ceremony = service.start_passkey_sign_in(StartPasskeySignInRequest {});
    let ceremony = ceremony.await?.into_inner();
    let question = json!({ "ceremony": ceremony.name, "options": ceremony.options });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, question.to_string()).into_response())
}

/// Who reloads the answer to a passkey that was refused.
pub async fn get() -> Redirect {
    Redirect::to(urls::SIGN_IN)
}

pub async fn post(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response, PageError> {
    app.limits.sign_in(address)?;
    let next = form.value("next").to_owned();
    let Some((ceremony, credential)) = passkeys::answer(&form) else {
        return Ok(Redirect::to(&urls::sign_in_then(&next)).into_response());
    };
    let request = CompletePasskeySignInRequest {
        ceremony,
        credential,
        client: Some(client(&headers, address)),
    };
    let mut service = app.clients.sign_in();
    match service.complete_passkey_sign_in(request).await {
        Ok(session) => {
            let mut response = done(urls::safe_next(&next), None);
            open(&mut response, session.get_ref(), app.clock.now());
            Ok(response)
        }
        Err(status) => {
            passkeys::forget(&mut form);
            let code = form.refused(status, &[])?;
            password::show(&app, &headers, form, &next, code)
        }
    }
}
