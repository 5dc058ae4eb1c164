//! The first authenticator of a new user, an app or a passkey, and then the recovery codes, once.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, StatusCode};
use nsp_proto::identity::v1::{
    Client, CompleteEnrolmentRequest, CompleteEnrolmentResponse, CompletePasskeyEnrolmentRequest,
    StartEnrolmentRequest, StartPasskeyEnrolmentRequest, TotpSecret,
};
use tonic::Status;

use crate::{
    app::App,
    errors::PageError,
    forms::{Field, Form, field},
    frame::{Frame, html},
    limits::ClientAddress,
    pages::{
        my::{
            factors::{groups_of_four, qr},
            passkeys::here,
        },
        sign_in::{Next, attempt, client, open, start_again},
    },
    passkeys::{self, Question},
    security::Secret,
    signed_in::SignedIn,
    urls,
};

const FIELDS: &[Field] = &[
    Field {
        id: "code",
        path: "totp_code",
        label: "Code",
    },
    Field {
        id: "name",
        path: "display_name",
        label: "Name",
    },
    field("code", "Code"),
];

#[derive(Template)]
#[template(path = "sign_in/enrol.html")]
struct Enrol {
    page: Frame,
    form: Form,
    next: String,
    qr: String,
    secret: String,
    /// The page of the passkey.
    passkey: String,
}

impl Enrol {
    fn new(form: Form, next: &str, secret: &TotpSecret) -> Result<Self, PageError> {
        Ok(Self {
            page: Frame::bare("Add your authenticator").saying("bad", form.trouble.as_ref()),
            form,
            next: urls::safe_next(next).to_owned(),
            qr: qr(&secret.address)?,
            secret: groups_of_four(&secret.secret),
            passkey: urls::then(urls::SIGN_IN_ENROL_PASSKEY, next),
        })
    }
}

#[derive(Template)]
#[template(path = "sign_in/enrol_passkey.html")]
struct EnrolPasskey {
    page: Frame,
    form: Form,
    next: String,
    question: Question,
    /// The page of the authenticator app.
    app: String,
}

#[derive(Template)]
#[template(path = "sign_in/codes.html")]
struct Recovery {
    page: Frame,
    /// What was added, as the steps call it.
    added: &'static str,
    codes: Vec<String>,
    next: String,
}

pub async fn get(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    show(
        &app,
        &headers,
        Form::default().with("name", "Phone"),
        &query.next,
        StatusCode::OK,
    )
    .await
}

/// Asked again within the attempt, identity gives the same secret.
async fn show(
    app: &App,
    headers: &HeaderMap,
    form: Form,
    next: &str,
    code: StatusCode,
) -> Result<Response, PageError> {
    let Some(secret) = attempt(headers) else {
        return Ok(start_again(next));
    };
    let request = StartEnrolmentRequest { secret };
    let secret = match app.clients.sign_in().start_enrolment(request).await {
        Ok(secret) => secret.into_inner(),
        Err(status) if nsp_kit::status::reason(&status) == "ATTEMPT_ENDED" => {
            return Ok(start_again(next));
        }
        Err(status) => return Err(status.into()),
    };
    let mut response = html(code, &Enrol::new(form, next, &secret)?)?;
    response.extensions_mut().insert(Secret);
    Ok(response)
}

/// The same with a passkey.
pub async fn passkey(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    let form = Form::default().with("name", here(&headers));
    show_passkey(&app, &headers, form, &query.next, StatusCode::OK).await
}

async fn show_passkey(
    app: &App,
    headers: &HeaderMap,
    form: Form,
    next: &str,
    code: StatusCode,
) -> Result<Response, PageError> {
    let Some(secret) = attempt(headers) else {
        return Ok(start_again(next));
    };
    let request = StartPasskeyEnrolmentRequest { secret };
    let mut service = app.clients.sign_in();
    let ceremony = match service.start_passkey_enrolment(request).await {
        Ok(ceremony) => ceremony.into_inner(),
        Err(status) if nsp_kit::status::reason(&status) == "ATTEMPT_ENDED" => {
            return Ok(start_again(next));
        }
        Err(status) => return Err(status.into()),
    };
    let page = EnrolPasskey {
        page: Frame::bare("Add a passkey").saying("bad", form.trouble.as_ref()),
        form,
        next: urls::safe_next(next).to_owned(),
        question: Question::of(ceremony),
        app: urls::then(urls::SIGN_IN_ENROL, next),
    };
    html(code, &page)
}

/// Sends what proves the authenticator to identity.
async fn complete(
    app: &App,
    secret: String,
    form: &Form,
    client: Client,
) -> Result<CompleteEnrolmentResponse, Status> {
    let mut service = app.clients.sign_in();
    let display_name = form.value("name").trim().to_owned();
    let answer = if let Some((ceremony, credential)) = passkeys::answer(form) {
        let request = CompletePasskeyEnrolmentRequest {
            secret,
            ceremony,
            credential,
            display_name,
            client: Some(client),
        };
        service.complete_passkey_enrolment(request).await
    } else {
        let request = CompleteEnrolmentRequest {
            secret,
            totp_code: form.value("code").trim().to_owned(),
            display_name,
            client: Some(client),
        };
        service.complete_enrolment(request).await
    };
    Ok(answer?.into_inner())
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
    let passkey = passkeys::answer(&form).is_some();
    let client = client(&headers, address);
    let answer = match complete(&app, secret, &form, client).await {
        Ok(answer) => answer,
        Err(status) if nsp_kit::status::reason(&status) == "ATTEMPT_ENDED" => {
            return Ok(start_again(&next));
        }
        Err(status) => {
            form.clear("code");
            passkeys::forget(&mut form);
            let code = form.refused(status, FIELDS)?;
            if passkey {
                return show_passkey(&app, &headers, form, &next, code).await;
            }
            if let Some(trouble) = form
                .trouble
                .take_if(|_| code == StatusCode::UNPROCESSABLE_ENTITY)
            {
                form.refuse("code", trouble);
            }
            return show(&app, &headers, form, &next, code).await;
        }
    };
    let page = Recovery {
        page: Frame::bare("Recovery codes"),
        added: if passkey {
            "Passkey"
        } else {
            "Authenticator app"
        },
        codes: answer
            .recovery_codes
            .map(|codes| codes.codes)
            .unwrap_or_default(),
        next: urls::safe_next(&next).to_owned(),
    };
    let mut response = html(StatusCode::OK, &page)?;
    response.extensions_mut().insert(Secret);
    let session = answer
        .session
        .ok_or(PageError::Broken("identity's answer has no session"))?;
    open(&mut response, &session, app.clock.now());
    Ok(response)
}

/// Codes are shown once. Who comes back makes new ones.
pub async fn codes(me: Result<SignedIn, PageError>) -> Response {
    let to = if me.is_ok() {
        urls::SECURITY
    } else {
        urls::SIGN_IN
    };
    Redirect::to(to).into_response()
}
