//! What a person may choose about how the portal treats them.

use std::str::FromStr;

/// The choices of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub time_zone: TimeZone,
    pub language: Language,
    pub theme: Theme,
    pub mail_case_updates: MailCaseUpdates,
}

/// Whether updates of the person's cases are mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailCaseUpdates {
    Mailed,
    NotMailed,
}

impl From<bool> for MailCaseUpdates {
    fn from(mailed: bool) -> Self {
        if mailed {
            Self::Mailed
        } else {
            Self::NotMailed
        }
    }
}

impl From<MailCaseUpdates> for bool {
    fn from(choice: MailCaseUpdates) -> Self {
        choice == MailCaseUpdates::Mailed
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct TimeZone(String);

impl TimeZone {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimeZone {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let zone = jiff::tz::TimeZone::get(name);
        let zone = zone.map_err(|_| "must be an IANA time zone, such as Europe/Lisbon")?;
        // The database finds names in any case; what is kept is the name as it is written there.
        Ok(Self(zone.iana_name().unwrap_or(name).to_owned()))
    }
}

/// A language the portal speaks.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Language(String);

impl Language {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = &'static str;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        if tag == "en" {
            Ok(Self(tag.to_owned()))
        } else {
            Err("must be en: the portal speaks English only so far")
        }
    }
}

/// How the portal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Deserialize)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the browser says.
    System,
    Light,
    Dark,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones_are_those_of_the_database() {
        assert!("Europe/Lisbon".parse::<TimeZone>().is_ok());
        assert_eq!(
            "europe/lisbon".parse::<TimeZone>().unwrap().as_str(),
            "Europe/Lisbon"
        );
        assert!("Europe/Lindwurmtal".parse::<TimeZone>().is_err());
        assert!("".parse::<TimeZone>().is_err());
    }

    #[test]
    fn the_portal_speaks_english() {
        assert!("en".parse::<Language>().is_ok());
        assert!("tlh".parse::<Language>().is_err());
    }
}
