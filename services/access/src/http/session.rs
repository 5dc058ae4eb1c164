//! Logging in to MoSAPI, and out (section 2.2 of the reference).

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{COOKIE, SET_COOKIE},
    request::Parts,
};
use jiff::Timestamp;

use super::{
    Connection, Edge,
    admission::{Denied, judge, note, refused},
    answer::Answer,
    route::Place,
};
use crate::basic;

const COOKIE_NAME: &str = "id";

impl Edge {
    /// A password for a cookie.
    pub(super) async fn log_in(
        &self,
        connection: &Connection,
        place: &Place,
        head: &Parts,
    ) -> Answer {
        let need = place.endpoint.need(&self.config.contract);
        let verified = match basic::read(&head.headers) {
            Some(login) => self.verify(&login, place, connection).await,
            None => Err(refused("none", "nothing_shown", Denied::Unauthorized)),
        };
        let (outcome, verified) = match verified {
            Err(outcome) => (outcome, None),
            Ok(verified) => {
                if let Err(wait) = self.sessions.may_open(&verified.user) {
                    let denied = Denied::TooMany(wait);
                    (refused("password", "too_many_logins", denied), None)
                } else {
                    let outcome = judge("password", &verified, need, connection.peer.address);
                    (outcome, Some(verified))
                }
            }
        };
        let admission = note(outcome, place, connection);
        let (Some(verified), Ok(_)) = (verified, &admission) else {
            let denied = admission.err().unwrap_or(Denied::Unauthorized);
            return self.denied(denied, connection, place);
        };
        match self.sessions.open(&place.scope, verified, self.now()) {
            Ok((id, expire)) => Answer::text(StatusCode::OK, "Login successful")
                .with(SET_COOKIE, set_cookie(&id, expire, &place.scope)),
            Err(_) => Answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// Ends a session. Who has none is told so.
    pub(super) fn log_out(
        &self,
        connection: &Connection,
        place: &Place,
        headers: &HeaderMap,
    ) -> Answer {
        let need = place.endpoint.need(&self.config.contract);
        let session = cookie(headers)
            .and_then(|id| Some((id, self.sessions.find(id, &place.scope, self.now())?)));
        let outcome = match &session {
            Some((_, session)) => {
                judge("session", &session.verified, need, connection.peer.address)
            }
            None => refused("session", "no_session", Denied::Unauthorized),
        };
        if let Err(denied) = note(outcome, place, connection) {
            return self.denied(denied, connection, place);
        }
        if let Some((id, _)) = session {
            self.sessions.close(id);
        }
        Answer::text(StatusCode::OK, "Logout successful").with(
            SET_COOKIE,
            set_cookie("", Timestamp::UNIX_EPOCH, &place.scope),
        )
    }
}

/// The session that a request shows.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(COOKIE).iter();
    let mut pairs = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

fn set_cookie(id: &str, expire: Timestamp, scope: &str) -> HeaderValue {
    let expire = httpdate::fmt_http_date(expire.into());
    let text = format!("{COOKIE_NAME}={id}; Expires={expire}; Path={scope}; Secure; HttpOnly");
    // The scope is a part of an address that was read, and hence visible ASCII.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("id="))
}
