//! The second factor: a code from an authenticator app, or one of the recovery codes.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use nsp_proto::identity::v1::{CompleteSignInRequest, complete_sign_in_request::Factor};
use serde::Deserialize;

use crate::{
    app::App,
    errors::PageError,
    forms::{Field, Form, field},
    frame::{Frame, done, html},
    limits::ClientAddress,
    pages::sign_in::{about_codes, attempt, client, open, start_again},
    urls,
};

const FIELDS: &[Field] = &[
    Field {
        id: "code",
        path: "totp_code",
        label: "Code",
    },
    Field {
        id: "code",
        path: "recovery_code",
        label: "Recovery code",
    },
    field("code", "Code"),
];

/// Which kind of code is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default, rename = "use")]
    kind: String,
}

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct Code {
    page: Frame,
    form: Form,
    next: String,
    recovery: bool,
    /// The same page, asking for the other kind.
    other: String,
}

impl Code {
    fn new(form: Form, next: &str, recovery: bool) -> Self {
        let other = urls::then(urls::SIGN_IN_CODE, next);
        let joint = if other.contains('?') { '&' } else { '?' };
        Self {
            page: Frame::bare("Second factor").saying("bad", form.trouble.as_ref()),
            form,
            next: urls::safe_next(next).to_owned(),
            recovery,
            other: if recovery {
                other
            } else {
                format!("{other}{joint}use=recovery")
            },
        }
    }
}

pub async fn get(headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    if attempt(&headers).is_none() {
        return Ok(start_again(&asked.next));
    }
    let page = Code::new(Form::default(), &asked.next, asked.kind == "recovery");
    html(StatusCode::OK, &page)
}

pub async fn post(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response, PageError> {
    app.limits.sign_in(address)?;
    let next = form.value("next").to_owned();
    let Some(secret) = attempt(&headers) else {
        return Ok(start_again(&next));
    };
    let recovery = form.value("use") == "recovery";
    let code = form.value("code").trim().to_owned();
    let request = CompleteSignInRequest {
        secret,
        factor: Some(if recovery {
            Factor::RecoveryCode(code)
        } else {
            Factor::TotpCode(code)
        }),
        client: Some(client(&headers, address)),
    };
    let session = match app.clients.sign_in().complete_sign_in(request).await {
        Ok(session) => session.into_inner(),
        Err(status) if nsp_kit::status::reason(&status) == "ATTEMPT_ENDED" => {
            return Ok(start_again(&next));
        }
        Err(status) => {
            form.clear("code");
            let code = form.refused(status, FIELDS)?;
            if let Some(trouble) = form
                .trouble
                .take_if(|_| code == StatusCode::UNPROCESSABLE_ENTITY)
            {
                form.refuse("code", trouble);
            }
            return html(code, &Code::new(form, &next, recovery));
        }
    };
    let mut response = done(
        urls::safe_next(&next),
        about_codes(session.recovery_codes_left),
    );
    open(&mut response, &session, app.clock.now());
    Ok(response)
}
