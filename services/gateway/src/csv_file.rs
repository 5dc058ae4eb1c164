//! A list as a CSV file: all of its pages, written as they come (NAV-8).

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::header;

use crate::{errors::PageError, signed_in::SignedIn};

/// How much of a list is asked for at a time.
pub const PAGE: i32 = 200;

/// The answer. `page` makes the text of the page with this token, empty for the first, and gives the token of the next. The
/// first page is asked for before anything is sent, so that a refusal is an error page.
pub async fn csv_file<P, F>(name: &str, me: SignedIn, page: P) -> Result<Response, PageError>
where
    P: Fn(Arc<SignedIn>, String) -> F + Send + 'static,
    F: Future<Output = Result<(Vec<u8>, String), PageError>> + Send + 'static,
{
    let me = Arc::new(me);
    let first = page(Arc::clone(&me), String::new()).await?;
    let rows = futures_util::stream::try_unfold(Some(first), move |part| {
        let next = match &part {
            Some((_, next)) if !next.is_empty() => Some(page(Arc::clone(&me), next.clone())),
            _ => None,
        };
        async move {
            let Some((bytes, _)) = part else {
                return Ok(None);
            };
            let next = match next {
                Some(next) => Some(next.await?),
                None => None,
            };
            Ok::<_, PageError>(Some((Bytes::from(bytes), next)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}
