//! Tells an open page of a case that something changed (CASE-18).

use std::time::Duration;

use axum::response::{
    IntoResponse, Response,
    sse::{KeepAlive, Sse},
};
use http::{HeaderName, StatusCode};
use nsp_proto::cases::v1::GetCaseRequest;

use crate::{errors::PageError, live, pages::cases::Number, signed_in::SignedIn};

/// Shorter than the time after which proxies give up on a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub async fn get(me: Result<SignedIn, PageError>, number: Number) -> Result<Response, PageError> {
    let Ok(me) = me else {
        // Tells the browser not to ask again.
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let request = GetCaseRequest {
        name: number.name(),
    };
    let case = me.clients.cases().get_case(request).await?.into_inner();
    let events = Sse::new(live::follow(me, case.name)?);
    let events = events.keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Proxies must not collect what is meant for now.
    Ok((
        [(HeaderName::from_static("x-accel-buffering"), "no")],
        events,
    )
        .into_response())
}
