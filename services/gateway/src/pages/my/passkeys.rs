//! Adds a passkey.

use askama::Template;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use nsp_proto::identity::v1::{
    CompletePasskeyRegistrationRequest, StartPasskeyRegistrationRequest,
};

use crate::{
    errors::PageError,
    forms::{Field, Form},
    frame::{self, Frame, Tab, done, html},
    pages::my::security,
    passkeys::{self, Question},
    signed_in::SignedIn,
    urls, words,
};

const FIELDS: &[Field] = &[Field {
    id: "name",
    path: "display_name",
    label: "Name",
}];

#[derive(Template)]
#[template(path = "my/passkey_new.html")]
struct New {
    page: Frame,
    form: Form,
    question: Question,
}

/// What a new passkey is called unless its owner knows better: the device it is made with.
pub fn here(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok());
    words::device(agent.unwrap_or_default())
}

pub async fn get(me: SignedIn, headers: HeaderMap) -> Result<Response, PageError> {
    let form = Form::default().with("name", here(&headers));
    show(&me, form, StatusCode::OK).await
}

async fn show(me: &SignedIn, mut form: Form, code: StatusCode) -> Result<Response, PageError> {
    let request = StartPasskeyRegistrationRequest {};
    let ceremony = match me
        .clients
        .factors()
        .start_passkey_registration(request)
        .await
    {
        Ok(ceremony) => ceremony.into_inner(),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            return security::show(me, form, code).await;
        }
    };
    let page = me.frame(Tab::None, "Add a passkey").await;
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        form,
        question: Question::of(ceremony),
    };
    html(code, &page)
}

pub async fn post(me: SignedIn, mut form: Form) -> Result<Response, PageError> {
    let Some((ceremony, credential)) = passkeys::answer(&form) else {
        return show(&me, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let request = CompletePasskeyRegistrationRequest {
        ceremony,
        credential,
        display_name: form.value("name").trim().to_owned(),
    };
    let mut factors = me.clients.factors();
    match factors.complete_passkey_registration(request).await {
        Ok(_) => Ok(done(urls::SECURITY, Some(&frame::PASSKEY_ADDED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            passkeys::forget(&mut form);
            show(&me, form, code).await
        }
    }
}
