//! Dates and times as XML Schema writes them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// An `xs:dateTime`. One without a zone is taken as UTC, which is what everybody means.
pub fn date_time(text: &str) -> Option<Timestamp> {
    let text = text.trim_ascii();
    // jiff takes more forms than the schema.
    if text.as_bytes().get(10) != Some(&b'T') || text.contains('[') || text.len() > 40 {
        return None;
    }
    let sensible = |at: &Timestamp| (0..=7_258_118_400).contains(&at.as_second());
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at).filter(sensible);
    }
    let local: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(local).ok().filter(sensible)
}

/// An `xs:date`; a zone is not looked at.
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim_ascii();
    let (day, zone) = text.split_at_checked(10)?;
    let sound = zone.is_empty()
        || zone == "Z"
        || (zone.len() == 6 && zone.starts_with(['+', '-']) && zone.as_bytes()[3] == b':');
    if !sound {
        return None;
    }
    crate::domain::day(day)
}

/// As we write it: UTC, with milliseconds.
pub fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_schema_are_read_and_others_are_not() {
        let expected: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        for text in [
            "2026-11-24T00:00:00Z",
            " 2026-11-24T00:00:00.000Z\n",
            "2026-11-24T02:00:00+02:00",
            "2026-11-24T00:00:00",
        ] {
            assert_eq!(date_time(text), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "2026-11-24",
            "2026-11-24 00:00:00Z",
            "2026-11-24T25:00:00Z",
            "2026-11-24T00:00:00+02:00[Europe/Vienna]",
            "0001-01-01T00:00:00Z",
            "now",
        ] {
            assert_eq!(date_time(wrong), None, "{wrong}");
        }
        assert!(date("2026-11-24Z").is_some() && date("2026-11-24+01:00").is_some());
        for wrong in [
            "2026-11-24T00:00:00Z",
            "2026-11-24X",
            "24.11.2026",
            "éééééé",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        assert_eq!(written(expected), "2026-11-24T00:00:00.000Z");
    }
}
