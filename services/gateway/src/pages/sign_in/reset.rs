//! A new password by mail. The answer is the same whether the address is a user's or not.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use nsp_proto::identity::v1::{
    CheckPasswordResetRequest, RequestPasswordResetRequest, ResetPasswordRequest,
};

use crate::{
    app::App,
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, done, html},
    limits::ClientAddress,
    urls,
};

const ASK: &[Field] = &[field("email", "E-mail")];
const SET: &[Field] = &[
    Field {
        id: "password",
        path: "new_password",
        label: "New password",
    },
    field("token", "The link"),
];

#[derive(Template)]
#[template(path = "sign_in/reset.html")]
struct Ask {
    page: Frame,
    form: Form,
    /// The address a mail may be on its way to.
    sent: Option<String>,
    development: bool,
}

#[derive(Template)]
#[template(path = "sign_in/reset_token.html")]
struct Set {
    page: Frame,
    form: Form,
    good: bool,
}

pub async fn ask(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    show(&app, Form::default(), None, StatusCode::OK)
}

fn show(
    app: &App,
    form: Form,
    sent: Option<String>,
    code: StatusCode,
) -> Result<Response, PageError> {
    let page = Ask {
        page: Frame::bare("Set a new password").saying("bad", form.trouble.as_ref()),
        form,
        sent,
        development: app.development.enabled,
    };
    html(code, &page)
}

pub async fn send(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    mut form: Form,
) -> Result<Response, PageError> {
    app.limits.sign_in(address)?;
    let email = form.value("email").trim().to_owned();
    let request = RequestPasswordResetRequest {
        email: email.clone(),
    };
    match app.clients.sign_in().request_password_reset(request).await {
        Ok(_) => show(&app, form, Some(email), StatusCode::OK),
        Err(status) => {
            let code = form.refused(status, ASK)?;
            show(&app, form, None, code)
        }
    }
}

pub async fn get(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let request = CheckPasswordResetRequest { token };
    let answer = app.clients.sign_in().check_password_reset(request).await?;
    let good = answer.into_inner().good;
    // 410: it was here, and is no more.
    let code = if good {
        StatusCode::OK
    } else {
        StatusCode::GONE
    };
    set(Form::default(), good, code)
}

fn set(form: Form, good: bool, code: StatusCode) -> Result<Response, PageError> {
    let page = Set {
        page: Frame::bare("Set a new password").saying("bad", form.trouble.as_ref()),
        form,
        good,
    };
    html(code, &page)
}

pub async fn post(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    Path(token): Path<String>,
    mut form: Form,
) -> Result<Response, PageError> {
    app.limits.sign_in(address)?;
    let request = ResetPasswordRequest {
        token,
        new_password: form.value("password").to_owned(),
    };
    form.clear("password");
    match app.clients.sign_in().reset_password(request).await {
        Ok(_) => Ok(done(urls::SIGN_IN, Some(&frame::PASSWORD_SET))),
        Err(status) if nsp_kit::status::reason(&status) == "RESET_ENDED" => {
            set(Form::default(), false, StatusCode::GONE)
        }
        Err(status) => {
            let code = form.refused(status, SET)?;
            set(form, true, code)
        }
    }
}
