//! Second factors: what they are called, and which of them may go.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use nsp_kit::id::UserId;

use super::FactorId;
use crate::error::Error;

/// More than this a person cannot tell apart.
pub const MAX_FACTORS: usize = 10;
const MAX_NAME: usize = 50;

/// What a factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Kind {
    Totp,
    Passkey,
}

/// A second factor, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    pub id: FactorId,
    pub person: UserId,
    pub kind: Kind,
    pub display_name: FactorName,
    pub create_time: Timestamp,
    pub last_use_time: Option<Timestamp>,
}

/// What a person calls a factor, such as "Phone".
#[derive(Debug, Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct FactorName(String);

impl FactorName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FactorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FactorName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err("give it a name, such as Phone");
        }
        if text.chars().count() > MAX_NAME {
            return Err("must be at most 50 characters");
        }
        if text.contains(char::is_control) {
            return Err("must not contain control characters");
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether a person with so many factors may add another.
pub fn may_add(count: usize) -> Result<(), Error> {
    if count < MAX_FACTORS {
        Ok(())
    } else {
        Err(Error::TooManyFactors)
    }
}

/// Whether a person with so many factors may remove one: without any they could do nothing.
pub fn may_remove(count: usize) -> Result<(), Error> {
    if count > 1 {
        Ok(())
    } else {
        Err(Error::LastFactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_to_fifty_characters_without_control_characters() {
        assert_eq!(" Phone ".parse::<FactorName>().unwrap().as_str(), "Phone");
        assert!("ü".repeat(50).parse::<FactorName>().is_ok());
        for text in ["", "  ", "a\u{7}b", &"ü".repeat(51)] {
            assert!(text.parse::<FactorName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_last_factor_stays() {
        assert!(may_remove(2).is_ok());
        assert!(matches!(may_remove(1), Err(Error::LastFactor)));
        assert!(may_add(9).is_ok());
        assert!(matches!(may_add(10), Err(Error::TooManyFactors)));
    }
}
