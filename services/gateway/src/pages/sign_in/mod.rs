//! Signing in: password, then a second factor or its enrolment (ID-1), and what to do without the password (ID-8).

pub mod code;
pub mod enrol;
pub mod invitation;
pub mod lost_factor;
pub mod passkey;
pub mod password;
pub mod reset;

use axum::response::Response;
use http::{HeaderMap, header};
use jiff::Timestamp;
use nsp_kit::clock::from_proto;
use nsp_proto::identity::v1::{Client, NewSession, RevokeSessionRequest};
use serde::Deserialize;
use tonic::{Code, Status};

use crate::{
    cookies,
    errors::PageError,
    frame::{self, Notice, done},
    limits::ClientAddress,
    signed_in::SignedIn,
    urls,
};

/// Where to go when it is over.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    pub next: String,
}

/// The secret of the attempt that the browser is in the middle of.
fn attempt(headers: &HeaderMap) -> Option<String> {
    cookies::get(headers, cookies::ATTEMPT).map(ToOwned::to_owned)
}

/// The browser, for the list of sessions.
fn client(headers: &HeaderMap, address: ClientAddress) -> Client {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Client {
        user_agent: agent.chars().take(500).collect(),
        address: address.0.to_string(),
    }
}

/// There is no attempt, or it is over: start again.
fn start_again(next: &str) -> Response {
    let mut response = done(&urls::sign_in_then(next), Some(&frame::ATTEMPT_OVER));
    append(&mut response, cookies::forget(cookies::ATTEMPT));
    response
}

/// Gives the browser its session and takes the attempt away.
fn open(response: &mut Response, session: &NewSession, now: Timestamp) {
    let end = session.expire_time.as_ref().and_then(from_proto);
    let seconds = end.map(|end| end.duration_since(now).as_secs());
    append(
        response,
        cookies::set(cookies::SESSION, &session.secret, seconds),
    );
    append(response, cookies::forget(cookies::ATTEMPT));
}

fn append(response: &mut Response, cookie: Option<http::HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// What the page after signing in says about recovery codes; -1 left means that none was used.
fn about_codes(left: i32) -> Option<&'static Notice> {
    match left {
        ..0 => None,
        0..=3 => Some(&frame::CODES_LOW),
        _ => Some(&frame::CODE_USED),
    }
}

/// Ends the session. One that has ended already is no trouble; one that cannot be ended now is not called ended.
pub async fn sign_out(me: Result<SignedIn, PageError>) -> Result<Response, PageError> {
    match me {
        Ok(me) => end(&me).await?,
        Err(PageError::SignIn(_)) => {}
        Err(other) => return Err(other),
    }
    let mut response = done(urls::SIGN_IN, Some(&frame::SIGNED_OUT));
    append(&mut response, cookies::forget(cookies::SESSION));
    Ok(response)
}

async fn end(me: &SignedIn) -> Result<(), Status> {
    let name = me.session.name.clone();
    let request = RevokeSessionRequest { name };
    let answer = me.clients.sessions().revoke_session(request).await;
    me.forget();
    match answer {
        Err(status) if !matches!(status.code(), Code::Unauthenticated | Code::NotFound) => {
            Err(status)
        }
        _ => Ok(()),
    }
}
