//! The `Authorization` header of Basic authentication (RFC 7617).

use std::fmt;

use data_encoding::BASE64;
use http::{HeaderMap, header::AUTHORIZATION};

/// Longer ones are nobody's.
const LONGEST: usize = 1_024;

/// A user name and a password, as a client gave them. Prints neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

/// What a request's header says, if it is one of this kind. Text is UTF-8.
pub fn read(headers: &HeaderMap) -> Option<Login> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || token.len() > LONGEST {
        return None;
    }
    let bytes = BASE64.decode(token.trim().as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Login {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn read_value(value: &str) -> Option<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        read(&headers).map(|login| (login.user, login.password))
    }

    #[test]
    fn a_password_may_contain_colons_and_umlauts() {
        let token = BASE64.encode("one_ry:a:ü:".as_bytes());
        for scheme in ["Basic", "basic", "BASIC"] {
            let (user, password) = read_value(&format!("{scheme} {token}")).unwrap();
            assert_eq!((user.as_str(), password.as_str()), ("one_ry", "a:ü:"));
        }
    }

    #[test]
    fn what_is_none_is_none() {
        let long = format!("Basic {}", BASE64.encode(&[b'a'; 1_000]));
        let no_text = format!("Basic {}", BASE64.encode(b"a:\xff"));
        for value in [
            "",
            "Basic",
            "Basic !",
            "Bearer YTpi",
            "Basic YWI=",
            &long,
            &no_text,
        ] {
            assert_eq!(read_value(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_login_is_read_as_it_was_written(user in "[^:]{0,60}", password in ".{0,60}") {
            let token = BASE64.encode(format!("{user}:{password}").as_bytes());
            prop_assert_eq!(read_value(&format!("Basic {token}")), Some((user, password)));
        }

        /// Also bytes that are no text.
        #[test]
        fn whatever_a_header_says_is_a_login_or_none(
            bytes in vec(any::<u8>(), 0..80),
            credentials in vec(any::<u8>(), 0..80),
        ) {
            let basic = [b"Basic ", BASE64.encode(&credentials).as_bytes()].concat();
            for bytes in [bytes, basic] {
                let Ok(value) = HeaderValue::from_bytes(&bytes) else { continue };
                let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
                if let Some(login) = read(&headers) {
                    prop_assert!(!login.user.contains(':'));
                    let text = format!("{}:{}", login.user, login.password);
                    let token = BASE64.encode(text.as_bytes());
                    let said = String::from_utf8_lossy(&bytes);
                    prop_assert!(said.ends_with(&token), "{} is not in {}", token, said);
                    prop_assert_eq!(format!("{login:?}"), "Login");
                }
            }
        }
    }
}
