//! The link of an invitation (ID-4): who is invited chooses a password, and signs in next.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use nsp_proto::identity::v1::{
    AcceptInvitationRequest, CheckInvitationRequest, CheckInvitationResponse,
};

use crate::{
    app::App,
    errors::PageError,
    forms::{Field, Form},
    frame::{self, Frame, done, html},
    limits::ClientAddress,
    urls,
};

const FIELDS: &[Field] = &[Field {
    id: "password",
    path: "new_password",
    label: "Password",
}];

#[derive(Template)]
#[template(path = "sign_in/invitation.html")]
struct Accept {
    page: Frame,
    form: Form,
    invitation: CheckInvitationResponse,
    help: String,
}

pub async fn get(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    show(&app, token, Form::default(), StatusCode::OK).await
}

async fn show(
    app: &App,
    token: String,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let request = CheckInvitationRequest { token };
    let answer = app.clients.members().check_invitation(request).await?;
    let invitation = answer.into_inner();
    // 410: it was here, and is no more.
    let code = if invitation.good {
        code
    } else {
        StatusCode::GONE
    };
    let page = Accept {
        page: Frame::bare("Your invitation").saying("bad", form.trouble.as_ref()),
        form,
        invitation,
        help: app.portal.help.clone(),
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
    let request = AcceptInvitationRequest {
        token: token.clone(),
        new_password: form.value("password").to_owned(),
    };
    form.clear("password");
    match app.clients.members().accept_invitation(request).await {
        Ok(_) => Ok(done(urls::SIGN_IN, Some(&frame::ACCEPTED))),
        Err(status) if nsp_kit::status::reason(&status) == "INVITATION_ENDED" => {
            show(&app, token, Form::default(), StatusCode::GONE).await
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&app, token, form, code).await
        }
    }
}
