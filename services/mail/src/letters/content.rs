//! What the templates fill in: the values of the event, made harmless, and what we know of the reader.

use std::collections::HashMap;

use anyhow::{Context, bail, ensure};
use jiff::{Timestamp, tz::TimeZone};

use crate::domain::{Template, line, lines};

/// The values of an event, by name.
pub type Values = HashMap<String, String>;

/// Whom a letter is for.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    /// IANA time zone; where it is unknown, times are in UTC only.
    pub time_zone: &'a str,
    /// Path and query of the link that only this letter carries; empty for none.
    pub link: &'a str,
}

/// Everything a template may show. Nothing in it is longer than it should be or looks like something else.
#[derive(Debug)]
pub struct Content {
    /// The subject of the mail.
    pub title: String,
    /// What the portal calls itself.
    pub product: String,
    /// Whom to write to for help.
    pub help: String,
    pub number: String,
    pub subject: String,
    pub account: String,
    pub author: String,
    pub organization: String,
    pub body: Vec<String>,
    /// In the reader's time zone and in UTC.
    pub due: Option<String>,
    pub due_reason: String,
    pub remark: String,
    pub your_turn: bool,
    pub approved: Option<bool>,
    /// Where the button leads.
    pub url: String,
}

impl Content {
    /// Fails if a value is missing or is not what it should be.
    pub fn new(
        template: Template,
        values: &Values,
        reader: &Reader<'_>,
        portal: &str,
    ) -> anyhow::Result<Self> {
        for name in template.required() {
            ensure!(
                values.get(*name).is_some_and(|value| !value.is_empty()),
                "{template} needs a value {name:?}"
            );
        }
        let get = |name: &str| values.get(name).map_or("", String::as_str);
        let path = if reader.link.is_empty() {
            get("path")
        } else {
            reader.link
        };
        Ok(Self {
            title: String::new(),
            product: String::new(),
            help: String::new(),
            number: line(get("number"), 20),
            subject: line(get("subject"), 150),
            account: line(get("account_name"), 200),
            author: line(get("author"), 200),
            organization: line(get("organization"), 200),
            body: lines(get("body")),
            due: due(get("due"), reader.time_zone)?,
            due_reason: line(get("due_reason"), 300),
            remark: line(get("remark"), 500),
            your_turn: get("your_turn") == "true",
            approved: match get("approved") {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            url: url(portal, path)?,
        })
    }

    /// Who did what the letter is about.
    pub fn who(&self) -> String {
        match (self.author.as_str(), self.organization.as_str()) {
            ("", "") => "ICANN".to_owned(),
            ("", name) | (name, "") => name.to_owned(),
            (author, organization) => format!("{author}, {organization},"),
        }
    }
}

/// `Thu 26 Nov 2026, 17:00 Europe/Lisbon (17:00 UTC)`.
fn due(text: &str, zone: &str) -> anyhow::Result<Option<String>> {
    const DAY: &str = "%a %-d %b %Y";
    if text.is_empty() {
        return Ok(None);
    }
    let at: Timestamp = text.parse().context("the value \"due\" is not a time")?;
    let utc = at.to_zoned(TimeZone::UTC);
    let local = at.in_tz(zone).ok().filter(|_| zone != "UTC");
    let Some(local) = local else {
        return Ok(Some(utc.strftime(&format!("{DAY}, %H:%M UTC")).to_string()));
    };
    let utc = if utc.date() == local.date() {
        utc.strftime("%H:%M").to_string()
    } else {
        utc.strftime("%a %-d %b, %H:%M").to_string()
    };
    let local = local.strftime(&format!("{DAY}, %H:%M")).to_string();
    Ok(Some(format!("{local} {zone} ({utc} UTC)")))
}

/// A page of the portal. The path comes from outside, and must not lead anywhere else.
fn url(portal: &str, path: &str) -> anyhow::Result<String> {
    let plain = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'/' | b'-' | b'_' | b'.' | b'~' | b'?' | b'=' | b'&' | b'%'
            )
    };
    if path.is_empty() {
        return Ok(format!("{portal}/"));
    }
    if !path.starts_with('/') || path.starts_with("//") || !path.bytes().all(plain) {
        bail!("the path is not one of the portal");
    }
    Ok(format!("{portal}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_given_in_the_zone_of_the_reader_and_in_utc() {
        let at = |zone| due("2026-11-26T17:00:00Z", zone).unwrap().unwrap();
        assert_eq!(at("UTC"), "Thu 26 Nov 2026, 17:00 UTC");
        assert_eq!(
            at("Europe/Berlin"),
            "Thu 26 Nov 2026, 18:00 Europe/Berlin (17:00 UTC)"
        );
        assert_eq!(
            at("Asia/Tokyo"),
            "Fri 27 Nov 2026, 02:00 Asia/Tokyo (Thu 26 Nov, 17:00 UTC)"
        );
        assert_eq!(at("Mars/Olympus"), "Thu 26 Nov 2026, 17:00 UTC");
        assert!(due("tomorrow", "UTC").is_err());
    }

    #[test]
    fn links_stay_in_the_portal() {
        let portal = "https://portal.example";
        assert_eq!(
            url(portal, "/cases/00123456").unwrap(),
            "https://portal.example/cases/00123456"
        );
        assert_eq!(url(portal, "").unwrap(), "https://portal.example/");
        for wrong in [
            "//evil.example/",
            "cases/1",
            "https://evil.example",
            "/\\evil",
            "/a\"b",
            "/a b",
            "/a\nb",
            "@evil.example",
        ] {
            assert!(url(portal, wrong).is_err(), "{wrong:?}");
        }
    }
}
