//! What can keep a page from being shown, and the page that says so: what happened, what to do, the trace id to quote.

use std::{sync::Arc, time::Duration};

use askama::Template;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header};
use nsp_kit::telemetry;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    app::App,
    frame::{Frame, Tab},
    limits::seconds,
    signed_in::{SignedIn, here},
    step_up::StepUpRequired,
    time::seconds_in_words,
    urls,
};

/// How soon to try again what did not answer.
const RETRY: Duration = Duration::from_secs(5);

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nobody is signed in; the address to come back to.
    #[error("nobody is signed in")]
    SignIn(String),
    /// There is no such thing, or the reader may not know about it.
    #[error("there is no such page")]
    NotFound,
    #[error("the form is malformed")]
    Malformed,
    #[error("what was sent is no form")]
    NotAForm,
    #[error("the form is too large")]
    TooLarge,
    #[error("too many tries")]
    TooMany(Duration),
    #[error("a service refused")]
    Service(#[from] Status),
    #[error("a page could not be written")]
    Template(#[from] askama::Error),
    #[error("{0}")]
    Broken(&'static str),
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::SignIn(next) => {
                return Redirect::to(&urls::sign_in_then(next)).into_response();
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Service(status) if is_step_up(status) => StatusCode::FORBIDDEN,
            Self::Service(status) => http_status(status.code()),
            Self::Template(_) | Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(error = ?self, "no page");
        }
        let wait = match &self {
            Self::TooMany(wait) => Some(*wait),
            Self::Service(refusal) => refusal
                .get_details_retry_info()
                .and_then(|info| info.retry_delay),
            _ => None,
        };
        let mut response = status.into_response();
        if matches!(&self, Self::Service(refusal) if is_step_up(refusal)) {
            response.extensions_mut().insert(StepUpRequired);
        }
        if let Some(wait) =
            wait.or_else(|| (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY))
        {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
        }
        response
    }
}

/// Whether all that a service wants is a fresh factor.
pub fn is_step_up(status: &Status) -> bool {
    nsp_kit::status::reason(status) == "STEP_UP_REQUIRED"
}

/// What a service's refusal of a whole page means. `PERMISSION_DENIED` looks like `NOT_FOUND`: to a stranger they are
/// the same. (A form that is refused says why; see `forms`.)
pub fn http_status(code: Code) -> StatusCode {
    match code {
        Code::InvalidArgument | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::NotFound | Code::PermissionDenied => StatusCode::NOT_FOUND,
        Code::Aborted | Code::AlreadyExists | Code::FailedPrecondition => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Unavailable | Code::DeadlineExceeded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Gives every error without a page its page: those of handlers, and those of layers.
pub async fn pages(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let head = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let error = status.is_client_error() || status.is_server_error();
    let written = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !error || written {
        return response;
    }
    let reader = SignedIn::find(&head, &app).await.ok().flatten();
    if status == StatusCode::UNAUTHORIZED {
        // The services know better than our cache: the session has ended.
        if let Some(reader) = &reader {
            reader.forget();
        }
        return Redirect::to(&urls::sign_in_then(&here(&head))).into_response();
    }
    let retry = response.headers().get(header::RETRY_AFTER).cloned();
    let wait = retry
        .as_ref()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let words = Words::of(status, wait);
    let trace = if status.is_server_error() {
        telemetry::trace_id()
    } else {
        String::new()
    };
    let page = if let Some(reader) = reader {
        let page = reader.frame(Tab::None, words.title).await;
        Framed { page, words, trace }.render()
    } else {
        let page = Frame::bare(words.title);
        Bare { page, words, trace }.render()
    };
    let mut answer = match page {
        Ok(page) => (status, Html(page)).into_response(),
        Err(_) => status.into_response(),
    };
    if let Some(retry) = retry {
        answer.headers_mut().insert(header::RETRY_AFTER, retry);
    }
    answer
}

#[derive(Template)]
#[template(path = "errors/framed.html")]
struct Framed {
    page: Frame,
    words: Words,
    trace: String,
}

#[derive(Template)]
#[template(path = "errors/bare.html")]
struct Bare {
    page: Frame,
    words: Words,
    trace: String,
}

/// What an error page says.
struct Words {
    title: &'static str,
    happened: &'static str,
    kept: &'static str,
    todo: String,
    /// Whether the same address may have an answer later.
    passing: bool,
}

impl Words {
    fn of(status: StatusCode, wait: Option<u64>) -> Self {
        let wait = wait.unwrap_or(RETRY.as_secs());
        let (title, happened, kept, todo) = match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
                "No such page",
                "There is nothing at this address, or you may not see it.",
                "",
                "Check the address, or look for the case by its number.".to_owned(),
            ),
            StatusCode::FORBIDDEN => (
                "Not accepted",
                "This was sent from another site or by a page that is not ours.",
                "Nothing was changed.",
                "Open the page again and send from there.".to_owned(),
            ),
            StatusCode::BAD_REQUEST
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "The address or form is not right",
                "A part of it has a form that the portal does not know.",
                "Nothing was changed.",
                "Go back and start from the page before.".to_owned(),
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "Too much at once",
                "What was sent is larger than 1 MiB.",
                "Nothing was changed. Your browser's back button has what you wrote.",
                "Go back and shorten it.".to_owned(),
            ),
            StatusCode::CONFLICT => (
                "It changed meanwhile",
                "Somebody else changed this at the same moment.",
                "Nothing of yours was applied.",
                "Go back, load the page again and look at what is new.".to_owned(),
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                "Too many tries",
                "There were too many tries from here in a short time.",
                "Nothing was changed. Your browser's back button has what you wrote.",
                format!("Wait {} and try again.", seconds_in_words(wait)),
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "A part of the portal does not answer",
                "It may be starting again, or be very busy.",
                "What was saved before is safe. What you were sending may not have arrived.",
                format!("Try again in {}.", seconds_in_words(wait)),
            ),
            _ => (
                "Something went wrong on our side",
                "The page could not be made. The error has been written down.",
                "What was saved before is safe.",
                "Try again. If it happens again, tell ICANN and quote the trace id.".to_owned(),
            ),
        };
        Self {
            title,
            happened,
            kept,
            todo,
            passing: status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_by_itself_is_worth_another_try() {
        let passing = |status| Words::of(status, None).passing;
        for status in [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::INTERNAL_SERVER_ERROR,
        ] {
            assert!(passing(status), "{status}");
        }
        for status in [
            StatusCode::NOT_FOUND,
            StatusCode::FORBIDDEN,
            StatusCode::BAD_REQUEST,
            StatusCode::CONFLICT,
        ] {
            assert!(!passing(status), "{status}");
        }
    }
}
