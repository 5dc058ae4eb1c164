//! People on record for an account, who may or may not be portal users.

use std::{fmt, str::FromStr};

use email_address::Options;
use nsp_kit::id::AccountId;

use super::{Country, Line};

nsp_kit::id!(
    /// A contact; its full name has the account's before it.
    ContactId,
    "contacts"
);

/// A person on record for an account.
#[derive(Debug, Clone)]
pub struct Contact {
    pub id: ContactId,
    pub account: AccountId,
    pub display_name: Line<200>,
    pub email: EmailAddress,
    pub phone: Option<Phone>,
    pub title: Option<Line<100>>,
    pub country: Country,
    pub active: bool,
}

impl Contact {
    /// `accounts/{account}/contacts/{contact}`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.account, self.id)
    }
}

/// The full name of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactName {
    pub account: AccountId,
    pub id: ContactId,
}

impl fmt::Display for ContactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.id)
    }
}

impl FromStr for ContactName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let at = name.find("/contacts/");
        let parts = at.map(|at| (name[..at].parse(), name[at + 1..].parse()));
        match parts {
            Some((Ok(account), Ok(id))) => Ok(Self { account, id }),
            _ => Err("must have the form accounts/{id}/contacts/{id}"),
        }
    }
}

/// A mail address of RFC 5321, at a domain that can receive mail from the Internet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let options = Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        let address = text.trim();
        email_address::EmailAddress::parse_with_options(address, options)
            .ok()
            .filter(|_| address.len() <= 254)
            .map(|address| Self(address.to_string()))
            .ok_or("must be an e-mail address, such as name@registry.example")
    }
}

/// A telephone number in the form of E.164.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Phone {
    type Err = &'static str;

    /// Spaces and the punctuation that people group digits with are left out.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}'))
            .collect();
        let digits = number.strip_prefix('+').unwrap_or_default();
        let good = (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if good {
            Ok(Self(number))
        } else {
            Err("must be a telephone number with country code, such as +442079460057")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_bare_and_public() {
        assert!("jane@acme-registry.example".parse::<EmailAddress>().is_ok());
        assert!("用户@例え.テスト".parse::<EmailAddress>().is_ok());
        for wrong in [
            "",
            "jane",
            "jane@",
            "@acme.example",
            "jane@localhost",
            "jane@[127.0.0.1]",
            "Jane <jane@acme.example>",
            "jane@acme.example\r\nBcc: x@y.example",
        ] {
            assert!(wrong.parse::<EmailAddress>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_name_of_a_contact_has_the_accounts_before_it() {
        let (account, id) = (AccountId::new(), ContactId::new());
        let name = format!("{account}/{id}");
        assert_eq!(name.parse(), Ok(ContactName { account, id }));
        assert_eq!(ContactName { account, id }.to_string(), name);
        for wrong in ["", "contacts/1", &account.to_string(), &format!("{name}/x")] {
            assert!(wrong.parse::<ContactName>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_are_stored_without_punctuation() {
        let phone: Phone = "+44 (20) 7946-0057".parse().unwrap();
        assert_eq!(phone.to_string(), "+442079460057");
        for wrong in [
            "",
            "+",
            "020 7946 0057",
            "+0123456789",
            "+1234567890123456",
            "+44 20 x",
        ] {
            assert!(wrong.parse::<Phone>().is_err(), "{wrong:?}");
        }
    }
}
