//! The second factor: a code from an authenticator app, a passkey, or one of the recovery codes.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use nsp_proto::identity::v1::{
    Client, CompletePasskeySecondFactorRequest, CompleteSignInRequest, NewSession,
    StartPasskeySecondFactorRequest, complete_sign_in_request::Factor,
};
use serde::Deserialize;
use tonic::Status;

use crate::{
    app::App,
    errors::PageError,
    forms::{Field, Form, field},
    frame::{Frame, done, html},
    limits::ClientAddress,
    pages::sign_in::{about_codes, attempt, client, open, start_again},
    passkeys::{self, Question},
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

/// How the attempt is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Totp,
    /// The person has no app, or does not use it.
    Passkey,
    Recovery,
}

impl Way {
    fn of(kind: &str) -> Self {
        match kind {
            "passkey" => Self::Passkey,
            "recovery" => Self::Recovery,
            _ => Self::Totp,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Totp => "Code from your app",
            Self::Passkey => "Your passkey",
            Self::Recovery => "Recovery code",
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct Code {
    page: Frame,
    form: Form,
    next: String,
    way: Way,
    title: &'static str,
    /// For a passkey of the person's, if there is one.
    passkey: Option<Question>,
    /// The same page, asking for something else.
    with_totp: String,
    with_recovery: String,
}

/// The page for one who has passkeys and no app.
pub fn with_passkey(next: &str) -> String {
    with(next, "passkey")
}

fn with(next: &str, kind: &str) -> String {
    let page = urls::then(urls::SIGN_IN_CODE, next);
    let joint = if page.contains('?') { '&' } else { '?' };
    format!("{page}{joint}use={kind}")
}

/// The page. Who has a passkey can show it instead of any code.
async fn show(
    app: &App,
    secret: String,
    form: Form,
    next: &str,
    way: Way,
    code: StatusCode,
) -> Result<Response, PageError> {
    let request = StartPasskeySecondFactorRequest { secret };
    let mut service = app.clients.sign_in();
    let passkey = match service.start_passkey_second_factor(request).await {
        Ok(ceremony) => Some(Question::of(ceremony.into_inner())),
        Err(status) => match nsp_kit::status::reason(&status).as_str() {
            "NO_PASSKEY" => None,
            "ATTEMPT_ENDED" | "ENROLMENT_REQUIRED" => return Ok(start_again(next)),
            _ => return Err(status.into()),
        },
    };
    // Who has neither asked for the other page nor a passkey.
    let way = match way {
        Way::Passkey if passkey.is_none() => Way::Totp,
        way => way,
    };
    let page = Code {
        page: Frame::bare("Second factor").saying("bad", form.trouble.as_ref()),
        form,
        next: urls::safe_next(next).to_owned(),
        way,
        title: way.title(),
        passkey,
        with_totp: urls::then(urls::SIGN_IN_CODE, next),
        with_recovery: with(next, "recovery"),
    };
    html(code, &page)
}

pub async fn get(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let Some(secret) = attempt(&headers) else {
        return Ok(start_again(&asked.next));
    };
    let way = Way::of(&asked.kind);
    let form = Form::default();
    show(&app, secret, form, &asked.next, way, StatusCode::OK).await
}

/// Sends what was shown to identity.
async fn complete(
    app: &App,
    secret: String,
    form: &Form,
    way: Way,
    client: Client,
) -> Result<NewSession, Status> {
    let mut service = app.clients.sign_in();
    let client = Some(client);
    if let Some((ceremony, credential)) = passkeys::answer(form) {
        let request = CompletePasskeySecondFactorRequest {
            secret,
            ceremony,
            credential,
            client,
        };
        let session = service.complete_passkey_second_factor(request).await?;
        return Ok(session.into_inner());
    }
    let code = form.value("code").trim().to_owned();
    let request = CompleteSignInRequest {
        secret,
        factor: Some(if way == Way::Recovery {
            Factor::RecoveryCode(code)
        } else {
            Factor::TotpCode(code)
        }),
        client,
    };
    Ok(service.complete_sign_in(request).await?.into_inner())
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
    let way = Way::of(form.value("use"));
    let client = client(&headers, address);
    let session = match complete(&app, secret.clone(), &form, way, client).await {
        Ok(session) => session,
        Err(status) if nsp_kit::status::reason(&status) == "ATTEMPT_ENDED" => {
            return Ok(start_again(&next));
        }
        Err(status) => {
            let typed = passkeys::answer(&form).is_none();
            form.clear("code");
            passkeys::forget(&mut form);
            let code = form.refused(status, FIELDS)?;
            if let Some(trouble) = form
                .trouble
                .take_if(|_| typed && code == StatusCode::UNPROCESSABLE_ENTITY)
            {
                form.refuse("code", trouble);
            }
            return show(&app, secret, form, &next, way, code).await;
        }
    };
    let mut response = done(
        urls::safe_next(&next),
        about_codes(session.recovery_codes_left),
    );
    open(&mut response, &session, app.clock.now());
    Ok(response)
}
