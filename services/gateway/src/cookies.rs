//! The three cookies of the portal. All are `__Host-`: no other host, no subdomain and no plain HTTP can set them.

use http::{HeaderMap, HeaderValue, header};

/// The secret of the session.
pub const SESSION: &str = "__Host-nsp-session";
/// The secret of a sign-in that is not complete.
pub const ATTEMPT: &str = "__Host-nsp-attempt";
/// What the next page says about what was just done: the name of a [`crate::frame::Notice`].
pub const NOTICE: &str = "__Host-nsp-notice";

/// How long a sign-in may take.
pub const ATTEMPT_SECONDS: i64 = 600;
pub const NOTICE_SECONDS: i64 = 60;

/// No value of ours is longer.
const MAX_VALUE: usize = 200;

/// The value of a cookie of the request.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty() && value.len() <= MAX_VALUE)
}

/// A `Set-Cookie` for `seconds`; without, until the browser is closed.
pub fn set(name: &str, value: &str, seconds: Option<i64>) -> Option<HeaderValue> {
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    let mut cookie = HeaderValue::try_from(cookie).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}

/// A `Set-Cookie` that makes the browser forget.
pub fn forget(name: &str) -> Option<HeaderValue> {
    set(name, "", Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; __Host-nsp-session=x=y; c"),
        );
        assert_eq!(get(&headers, SESSION), Some("x=y"));
        assert_eq!(get(&headers, ATTEMPT), None);
    }

    #[test]
    fn a_cookie_is_for_this_host_and_out_of_reach_of_scripts() {
        let cookie = set(SESSION, "abc", None).unwrap();
        assert_eq!(
            cookie,
            "__Host-nsp-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
    }
}
