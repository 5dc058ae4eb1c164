//! Times as a person reads them: in their zone, with words beside them, and UTC beside deadlines (NAV-9).

use jiff::{Timestamp, civil, tz::TimeZone};
use nsp_kit::clock::from_proto;

/// A deadline nearer than this is soon.
const SOON_SECONDS: i64 = 2 * 86_400;

/// The present moment in a person's zone.
#[derive(Debug, Clone)]
pub struct Times {
    zone: TimeZone,
    pub now: Timestamp,
}

/// A time, in every form that pages show.
#[derive(Debug, Clone)]
pub struct Moment {
    /// `26 Nov 2026, 17:00`
    pub exact: String,
    /// `Thu 26 Nov 2026, 17:00`
    pub weekday: String,
    /// `26 Nov 2026, 17:00:05`
    pub to_the_second: String,
    /// `26 Nov 2026, 16:00:05 UTC`
    pub utc_exact: String,
    /// `26 Nov 2026`
    pub date: String,
    /// For machines and for the page's script.
    pub iso: String,
    /// `in 5 days`
    pub relative: String,
    /// `CET`
    pub zone: String,
    /// `16:00`, with the day if it is another one; empty for those who read UTC anyway.
    pub utc: String,
    /// `soon`, `overdue` or nothing: how near it is as a deadline.
    pub state: &'static str,
}

impl Moment {
    /// `soon` or nothing: for where words say already that it is overdue.
    pub fn soon(&self) -> &'static str {
        if self.state == "soon" { "soon" } else { "" }
    }
}

impl Times {
    /// Times in the zone of that name; in UTC if there is no such zone.
    pub fn new(zone: &str, now: Timestamp) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self { zone, now }
    }

    /// The zone's name.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The zone itself.
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day it is there.
    pub fn today(&self) -> civil::Date {
        self.zone.to_datetime(self.now).date()
    }

    /// A time of a message.
    pub fn moment(&self, at: Option<&nsp_proto::Timestamp>) -> Option<Moment> {
        Some(self.read(from_proto(at?)?))
    }

    /// Now, as pages write it.
    pub fn present(&self) -> String {
        self.read(self.now).exact
    }

    /// A time.
    pub fn read(&self, at: Timestamp) -> Moment {
        let here = at.to_zoned(self.zone.clone());
        let utc = at.to_zoned(TimeZone::UTC);
        let beside = if here.offset() == utc.offset() {
            String::new()
        } else if here.date() == utc.date() {
            utc.strftime("%H:%M").to_string()
        } else {
            utc.strftime("%-d %b, %H:%M").to_string()
        };
        let left = at.as_second() - self.now.as_second();
        Moment {
            exact: here.strftime("%-d %b %Y, %H:%M").to_string(),
            weekday: here.strftime("%a %-d %b %Y, %H:%M").to_string(),
            to_the_second: here.strftime("%-d %b %Y, %H:%M:%S").to_string(),
            utc_exact: utc.strftime("%-d %b %Y, %H:%M:%S UTC").to_string(),
            date: here.strftime("%-d %b %Y").to_string(),
            iso: utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            relative: relative(left),
            zone: here.strftime("%Z").to_string(),
            utc: beside,
            state: match left {
                ..0 => "overdue",
                0..SOON_SECONDS => "soon",
                _ => "",
            },
        }
    }

    /// For spreadsheets: `2026-11-26 17:00:00+01:00`, empty if there is none.
    pub fn cell(&self, at: Option<&nsp_proto::Timestamp>) -> String {
        let at = at.and_then(from_proto);
        at.map_or_else(String::new, |at| {
            let here = at.to_zoned(self.zone.clone());
            here.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
        })
    }

    /// What a date-and-time field sent, read in the person's zone.
    pub fn parse(&self, field: &str) -> Option<Timestamp> {
        let civil: civil::DateTime = field.parse().ok()?;
        Some(civil.to_zoned(self.zone.clone()).ok()?.timestamp())
    }

    /// When a day that a date field sent begins in the person's zone; or the day so many days later.
    pub fn day(&self, field: &str, later: i32) -> Option<Timestamp> {
        let day: civil::Date = field.parse().ok()?;
        let day = day.checked_add(jiff::Span::new().days(later)).ok()?;
        Some(day.to_zoned(self.zone.clone()).ok()?.timestamp())
    }

    /// What a date-and-time field shows to begin with: five in the afternoon, so many days ahead.
    pub fn field_in_days(&self, days: i32) -> String {
        let today = self.now.to_zoned(self.zone.clone()).date();
        let day = today
            .checked_add(jiff::Span::new().days(days))
            .unwrap_or(today);
        format!("{day}T17:00")
    }
}

/// The page's script keeps these words fresh; its `relative` takes the same steps.
fn relative(left: i64) -> String {
    let size = left.unsigned_abs();
    if size < 60 {
        return if left > 0 { "in a minute" } else { "just now" }.to_owned();
    }
    let (unit, length) = match size {
        ..3_600 => ("minute", 60),
        3_600..86_400 => ("hour", 3_600),
        86_400..5_184_000 => ("day", 86_400),
        _ => ("month", 2_592_000),
    };
    let words = counted(size / length, unit);
    if left > 0 {
        format!("in {words}")
    } else {
        format!("{words} ago")
    }
}

/// A wait, as an error page says it.
pub fn seconds_in_words(seconds: u64) -> String {
    if seconds < 120 {
        counted(seconds.max(1), "second")
    } else {
        counted(seconds.div_ceil(60), "minute")
    }
}

/// `1 day`, `2 days`.
pub fn counted(count: u64, unit: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{s}")
}

/// Every zone a person may choose, by name: `Europe/Lisbon`.
pub fn zones() -> Vec<String> {
    let areas = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let mut zones: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| name == "UTC" || areas.iter().any(|area| name.starts_with(area)))
        .collect();
    zones.sort();
    zones.dedup();
    zones
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(zone: &str) -> Times {
        Times::new(zone, "2026-11-21T16:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_deadline_is_told_in_the_persons_zone_with_utc_beside() {
        let moment = times("Europe/Paris").read("2026-11-26T16:00:00Z".parse().unwrap());
        assert_eq!(moment.weekday, "Thu 26 Nov 2026, 17:00");
        assert_eq!(
            (moment.zone.as_str(), moment.utc.as_str()),
            ("CET", "16:00")
        );
        assert_eq!((moment.relative.as_str(), moment.state), ("in 5 days", ""));
    }

    #[test]
    fn the_day_stands_beside_utc_when_it_is_another_one() {
        let moment = times("Pacific/Auckland").read("2026-11-22T16:30:00Z".parse().unwrap());
        assert_eq!(moment.exact, "23 Nov 2026, 05:30");
        assert_eq!(moment.utc, "22 Nov, 16:30");
        assert_eq!(moment.state, "soon");
    }

    #[test]
    fn those_who_read_utc_are_not_told_it_twice() {
        let moment = times("UTC").read("2026-11-20T16:00:00Z".parse().unwrap());
        assert_eq!(moment.utc, "");
        assert_eq!(
            (moment.relative.as_str(), moment.state),
            ("1 day ago", "overdue")
        );
    }

    #[test]
    fn relative_words_take_the_same_steps_as_the_script() {
        for (left, words) in [
            (0, "just now"),
            (30, "in a minute"),
            (-59, "just now"),
            (60, "in 1 minute"),
            (-3_599, "59 minutes ago"),
            (7_200, "in 2 hours"),
            (-86_400, "1 day ago"),
            (59 * 86_400, "in 59 days"),
            (-90 * 86_400, "3 months ago"),
        ] {
            assert_eq!(relative(left), words);
        }
    }

    #[test]
    fn a_field_is_read_in_the_persons_zone_and_over_the_change_of_clocks() {
        let paris = times("Europe/Paris");
        let winter = paris.parse("2026-11-26T17:00").unwrap();
        assert_eq!(winter.to_string(), "2026-11-26T16:00:00Z");
        let summer = paris.parse("2027-07-01T17:00").unwrap();
        assert_eq!(summer.to_string(), "2027-07-01T15:00:00Z");
        assert!(paris.parse("tomorrow").is_none());
        assert_eq!(paris.field_in_days(7), "2026-11-28T17:00");
    }

    #[test]
    fn zones_can_be_chosen_by_place() {
        let zones = zones();
        assert!(zones.iter().any(|zone| zone == "Europe/Lisbon"));
        assert!(zones.iter().any(|zone| zone == "UTC"));
        assert!(!zones.iter().any(|zone| zone.starts_with("Etc/")));
    }
}
