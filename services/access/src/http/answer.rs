//! Responses: the wire texts of the reference, and what goes with every answer.

use std::{
    io::Write,
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, VARY,
        WWW_AUTHENTICATE,
    },
};
use http_body::{Frame, SizeHint};
use http_body_util::Full;
use tokio::task::spawn_blocking;

use crate::listener::InFlight;

pub const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
/// Seen on the wire.
const INVALID_USER: &str = "Invalid User and/or Password";
const NOT_AUTHENTICATED: &str = "The client could not be authenticated using any of the available methods: TLS-Client-Authentication or Session Cookie.";
/// Smaller documents do not become smaller.
const WORTH_COMPRESSING: usize = 512;
/// What takes more than a millisecond is done apart, so that nobody else's decision waits for it.
const COMPRESSED_AT_ONCE: usize = 128 * 1024;

/// The body of a response. The request is in flight as long as it is there.
pub struct Body {
    inner: Full<Bytes>,
    _in_flight: InFlight,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A response on its way to be one.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::document(status, TEXT, text)
    }

    pub fn document(status: StatusCode, content_type: &str, document: impl Into<Bytes>) -> Self {
        let mut answer = Self::empty(status);
        answer.body = document.into();
        match HeaderValue::from_str(content_type) {
            Ok(value) => answer.with(CONTENT_TYPE, value),
            Err(_) => answer,
        }
    }

    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// No user, or not this password.
    pub fn wrong_password() -> Self {
        Self::text(StatusCode::UNAUTHORIZED, INVALID_USER).with(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"RRI\""),
        )
    }

    /// No certificate or session that is good for MoSAPI's documents.
    pub fn not_authenticated() -> Self {
        Self::text(StatusCode::UNAUTHORIZED, NOT_AUTHENTICATED)
    }

    pub fn wrong_address(address: IpAddr) -> Self {
        let text = format!("Your IP address {address} is not allowed to connect");
        Self::text(StatusCode::FORBIDDEN, text)
    }

    /// Come back later: at the soonest after this time.
    pub fn later(status: StatusCode, wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        Self::empty(status).with(RETRY_AFTER, seconds.into())
    }

    /// The response to a request. HEAD gets the same without the body.
    pub fn finish(self, method: &Method, in_flight: InFlight) -> Response<Body> {
        let body = if method == Method::HEAD {
            Bytes::new()
        } else {
            self.body
        };
        let mut response = Response::new(Body {
            inner: Full::new(body),
            _in_flight: in_flight,
        });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
            .headers_mut()
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        response
    }

    /// The same, compressed if the client can read that and it is worth it.
    pub async fn compressed(mut self, request: &HeaderMap) -> Self {
        if self.body.len() < WORTH_COMPRESSING {
            return self;
        }
        self.headers
            .append(VARY, HeaderValue::from_static("Accept-Encoding"));
        if !takes_gzip(request) {
            return self;
        }
        let body = self.body.clone();
        let compressed = if body.len() > COMPRESSED_AT_ONCE {
            spawn_blocking(move || gzip(&body)).await.ok().flatten()
        } else {
            gzip(&body)
        };
        if let Some(body) = compressed {
            self.body = body.into();
            self.headers
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        self
    }
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(body).ok()?;
    gzip.finish().ok()
}

fn takes_gzip(request: &HeaderMap) -> bool {
    members(request, &ACCEPT_ENCODING)
        .any(|(coding, quality)| (coding.eq_ignore_ascii_case("gzip") || coding == "*") && quality)
}

/// Whether `Accept` lets a media type through. Who sends none takes anything.
pub fn accepts(request: &HeaderMap, media_type: &str) -> bool {
    if !request.contains_key(ACCEPT) {
        return true;
    }
    let kind = media_type.split('/').next().unwrap_or_default();
    members(request, &ACCEPT).any(|(range, quality)| {
        let (main, sub) = range.split_once('/').unwrap_or((range, ""));
        let fits = range.eq_ignore_ascii_case(media_type)
            || (sub == "*" && (main == "*" || main.eq_ignore_ascii_case(kind)));
        fits && quality
    })
}

/// The members of a list header, and whether their quality is more than none.
fn members<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'h str, bool)> {
    let values = headers.get_all(name).iter();
    let members = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    members.map(|member| {
        let mut parts = member.split(';').map(str::trim);
        let value = parts.next().unwrap_or_default();
        let none = parts.any(|parameter| {
            let quality = parameter.strip_prefix("q=").map(str::parse::<f32>);
            matches!(quality, Some(Ok(quality)) if quality <= 0.0)
        });
        (value, !none)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn accept_excludes_only_what_it_excludes() {
        assert!(accepts(&HeaderMap::new(), JSON));
        for (accept, passes) in [
            ("*/*", true),
            ("application/json", true),
            ("text/html, application/*;q=0.1", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/xml", false),
            ("application/json;q=0", false),
            ("", false),
        ] {
            assert_eq!(accepts(&headers(ACCEPT, accept), JSON), passes, "{accept}");
        }
    }

    #[tokio::test]
    async fn gzip_is_for_those_who_ask() {
        let large = || Answer::document(StatusCode::OK, JSON, vec![b' '; 10_000]);
        let huge = || Answer::document(StatusCode::OK, JSON, vec![b' '; 1_000_000]);
        let gzip = headers(ACCEPT_ENCODING, "deflate, gzip");
        for answer in [large(), huge()] {
            let length = answer.body.len();
            let answer = answer.compressed(&gzip).await;
            assert_eq!(answer.headers[CONTENT_ENCODING], "gzip");
            assert!(answer.body.len() < length / 50);
        }
        for encoding in ["br", "gzip;q=0", "identity"] {
            let answer = large()
                .compressed(&headers(ACCEPT_ENCODING, encoding))
                .await;
            assert_eq!(answer.body.len(), 10_000, "{encoding}");
            assert_eq!(answer.headers[VARY], "Accept-Encoding");
        }
        let small = Answer::document(StatusCode::OK, JSON, "{}")
            .compressed(&gzip)
            .await;
        assert_eq!(small.body, "{}");
    }
}
