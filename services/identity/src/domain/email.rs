//! E-mail addresses, as what people sign in with.

use std::{fmt, str::FromStr};

const MAX_LENGTH: usize = 254;

/// An address in the form in which addresses are compared: lower case, without spaces around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailKey(String);

impl EmailKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Only what can be no address at all is refused here: whether an address is somebody's is not for the asker to know.
impl FromStr for EmailKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err("enter your e-mail address");
        }
        let parts = text.rsplit_once('@');
        let formed = parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        let odd = |c: char| c.is_control() || c.is_whitespace();
        if !formed || text.len() > MAX_LENGTH || text.contains(odd) {
            return Err("must be an e-mail address, such as name@example.org");
        }
        Ok(Self(text.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_spaces() {
        let key: EmailKey = "  Jane@Acme.Example ".parse().unwrap();
        assert_eq!(key.as_str(), "jane@acme.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in [
            "",
            " ",
            "jane",
            "@acme.example",
            "jane@",
            "a b@c",
            "a\n@c",
            &long,
        ] {
            assert!(text.parse::<EmailKey>().is_err(), "{text:?}");
        }
    }
}
