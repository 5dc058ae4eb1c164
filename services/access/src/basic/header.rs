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
}
