//! The body of a request, within its limits.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::answer::Answer;
use crate::config::Limits;

/// Takes the whole body in, or says what is wrong with it.
pub async fn read(
    headers: &HeaderMap,
    body: Incoming,
    limits: &Limits,
    most: usize,
) -> Result<Bytes, Answer> {
    let most = most.min(limits.body_bytes);
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > most) {
        return Err(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let whole = Limited::new(body, most).collect();
    match tokio::time::timeout(Duration::from_secs(limits.body_seconds), whole).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE))
        }
        // Nobody reads this: the client is gone.
        Ok(Err(_)) => Err(Answer::empty(StatusCode::BAD_REQUEST)),
        Err(_) => Err(Answer::empty(StatusCode::REQUEST_TIMEOUT)),
    }
}
