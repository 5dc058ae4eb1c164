//! E-mail and password.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, StatusCode};
use nsp_proto::identity::v1::{StartSignInRequest, factor, sign_in_attempt};

use crate::{
    app::App,
    cookies,
    errors::PageError,
    forms::{Field, Form, field},
    frame::{Frame, Notice, html},
    limits::ClientAddress,
    pages::sign_in::{Next, append, client, code},
    signed_in::SignedIn,
    urls,
};

const FIELDS: &[Field] = &[field("email", "E-mail"), field("password", "Password")];

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct Password {
    page: Frame,
    form: Form,
    next: String,
    /// Where sign-in codes and mails are to be had on a developer's portal.
    development: bool,
}

impl Password {
    fn new(app: &App, headers: &HeaderMap, form: Form, next: &str) -> Self {
        let notice = cookies::get(headers, cookies::NOTICE).and_then(Notice::find);
        Self {
            page: Frame::bare("Sign in")
                .noting(notice)
                .saying("bad", form.trouble.as_ref()),
            form,
            next: urls::safe_next(next).to_owned(),
            development: app.development.enabled,
        }
    }
}

pub async fn get(
    State(app): State<Arc<App>>,
    me: Result<SignedIn, PageError>,
    headers: HeaderMap,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    if me.is_ok() {
        return Ok(Redirect::to(urls::safe_next(&query.next)).into_response());
    }
    let page = Password::new(&app, &headers, Form::default(), &query.next);
    html(StatusCode::OK, &page)
}

/// The page again, with what went wrong.
pub fn show(
    app: &App,
    headers: &HeaderMap,
    form: Form,
    next: &str,
    code: StatusCode,
) -> Result<Response, PageError> {
    html(code, &Password::new(app, headers, form, next))
}

pub async fn post(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response, PageError> {
    app.limits.sign_in(address)?;
    let request = StartSignInRequest {
        email: form.value("email").trim().to_owned(),
        password: form.value("password").to_owned(),
        client: Some(client(&headers, address)),
    };
    form.clear("password");
    let next = form.value("next").to_owned();
    let attempt = match app.clients.sign_in().start_sign_in(request).await {
        Ok(attempt) => attempt.into_inner(),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            return show(&app, &headers, form, &next, code);
        }
    };
    let step = match attempt.next() {
        sign_in_attempt::Next::Enrolment => urls::then(urls::SIGN_IN_ENROL, &next),
        _ if attempt.factor_kinds().eq([factor::Kind::Passkey]) => code::with_passkey(&next),
        _ => urls::then(urls::SIGN_IN_CODE, &next),
    };
    let mut response = Redirect::to(&step).into_response();
    let cookie = cookies::set(
        cookies::ATTEMPT,
        &attempt.secret,
        Some(cookies::ATTEMPT_SECONDS),
    );
    append(&mut response, cookie);
    Ok(response)
}
