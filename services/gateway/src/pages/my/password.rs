//! Changes the password and ends the other sessions.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::identity::v1::ChangePasswordRequest;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    signed_in::SignedIn,
    urls,
};

const FIELDS: &[Field] = &[
    field("current_password", "Present password"),
    field("new_password", "New password"),
];

#[derive(Template)]
#[template(path = "my/password.html")]
struct Password {
    page: Frame,
    form: Form,
}

pub async fn get(me: SignedIn) -> Result<Response, PageError> {
    show(&me, Form::default(), StatusCode::OK).await
}

async fn show(me: &SignedIn, form: Form, code: StatusCode) -> Result<Response, PageError> {
    let page = me.frame(Tab::None, "Change password").await;
    let page = Password {
        page: page.saying("bad", form.trouble.as_ref()),
        form,
    };
    html(code, &page)
}

pub async fn post(me: SignedIn, mut form: Form) -> Result<Response, PageError> {
    let request = ChangePasswordRequest {
        current_password: form.value("current_password").to_owned(),
        new_password: form.value("new_password").to_owned(),
    };
    form.clear("current_password");
    form.clear("new_password");
    match me.clients.users().change_password(request).await {
        Ok(_) => Ok(done(urls::SECURITY, Some(&frame::PASSWORD_CHANGED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, form, code).await
        }
    }
}
