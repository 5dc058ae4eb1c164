//! Ends sessions: one, or all but this one.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use nsp_proto::identity::v1::{RevokeOtherSessionsRequest, RevokeSessionRequest};

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, done},
    pages::{cases::resource, my::security},
    session::Ended,
    signed_in::SignedIn,
    urls,
};

pub async fn revoke(me: SignedIn, id: Path<String>) -> Result<Response, PageError> {
    let name = resource("sessions", &id)?;
    let request = RevokeSessionRequest { name: name.clone() };
    match me.clients.sessions().revoke_session(request).await {
        Ok(_) if name == me.session.name => {
            me.forget();
            Ok(Redirect::to(urls::SIGN_IN).into_response())
        }
        Ok(_) => {
            me.app.sessions.end(Ended::Session(name));
            Ok(done(urls::SECURITY, Some(&frame::SESSION_ENDED)))
        }
        Err(status) => {
            let mut form = Form::default();
            let code = form.refused(status, &[])?;
            security::show(&me, form, code).await
        }
    }
}

pub async fn revoke_others(me: SignedIn) -> Result<Response, PageError> {
    let request = RevokeOtherSessionsRequest {};
    me.clients.sessions().revoke_other_sessions(request).await?;
    Ok(done(urls::SECURITY, Some(&frame::SESSIONS_ENDED)))
}
