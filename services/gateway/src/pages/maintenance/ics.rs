//! What calendar programs ask: nobody is signed in, the address itself is the secret. The request log writes routes, not
//! addresses, so it stays out of it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use nsp_proto::maintenance::v1::GetFeedCalendarRequest;
use tonic::Code;

use crate::{app::App, errors::PageError, limits::ClientAddress};

/// Longer than any secret.
const MAX_SECRET: usize = 128;

pub async fn get(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    app.limits.feed(address)?;
    let secret = file.strip_suffix(".ics").ok_or(PageError::NotFound)?;
    if secret.is_empty() || secret.len() > MAX_SECRET {
        return Err(PageError::NotFound);
    }
    let request = GetFeedCalendarRequest {
        secret: secret.to_owned(),
        if_none_match: known(&headers),
    };
    let calendar = match app.clients.feeds().get_feed_calendar(request).await {
        Ok(calendar) => calendar.into_inner(),
        // What is no secret, none of ours, or one no more: all the same to whoever asks.
        Err(status) if matches!(status.code(), Code::InvalidArgument | Code::NotFound) => {
            return Err(PageError::NotFound);
        }
        Err(status) => return Err(status.into()),
    };
    let shared = [
        (header::ETAG, format!("\"{}\"", calendar.etag)),
        // Kept by the program that asked, and asked for again each time.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if calendar.not_modified {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let kind = [
        (header::CONTENT_TYPE, calendar.content_type),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"maintenance.ics\"".to_owned(),
        ),
    ];
    Ok((shared, kind, calendar.document).into_response())
}

/// The etag of the copy that the program has, without quotes; programs keep one.
fn known(headers: &HeaderMap) -> String {
    let tags = headers.get(header::IF_NONE_MATCH);
    let tags = tags.and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    let first = tags.split(',').next().unwrap_or_default().trim();
    let first = first.strip_prefix("W/").unwrap_or(first);
    first.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_etag_that_a_program_knows_is_read_in_every_form() {
        for (sent, read) in [
            ("\"abc\"", "abc"),
            ("W/\"abc\"", "abc"),
            ("\"a\", \"b\"", "a"),
            ("", ""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, sent.parse().unwrap());
            assert_eq!(known(&headers), read);
        }
        assert_eq!(known(&HeaderMap::new()), "");
    }
}
