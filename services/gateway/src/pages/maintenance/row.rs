//! A window as pages show it.

use nsp_kit::clock::from_proto;
use nsp_proto::maintenance::v1::Window;

use crate::{
    pages::maintenance::words,
    time::{Moment, Times, counted},
    urls,
    words::{Label, label},
};

/// One window.
pub struct Row {
    pub id: String,
    pub href: String,
    pub name: String,
    pub description: String,
    pub account: String,
    pub tld: Label,
    pub service: String,
    pub start: Moment,
    pub end: Moment,
    /// `2 hours`
    pub length: String,
    /// "upcoming", "ongoing" or "past".
    pub phase: &'static str,
    pub enabled: bool,
    pub etag: String,
    pub creator: String,
    pub created: Option<Moment>,
    pub updated: Option<Moment>,
    pub origin: &'static str,
    /// The id that a machine client gave it.
    pub external_id: String,
}

impl Row {
    pub fn new(window: &Window, times: &Times) -> Self {
        let read = |at: Option<&nsp_proto::Timestamp>| {
            let at = at.and_then(from_proto);
            at.unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        };
        let (start, end) = (
            read(window.start_time.as_ref()),
            read(window.end_time.as_ref()),
        );
        let updated = window
            .update_time
            .as_ref()
            .filter(|at| Some(*at) != window.create_time.as_ref());
        Self {
            id: window
                .name
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
            href: urls::window(&window.name),
            name: window.display_name.clone(),
            description: window.description.clone(),
            account: window.account_display_name.clone(),
            tld: label(&window.tld),
            service: service(window),
            start: times.read(start),
            end: times.read(end),
            length: length(end.as_second() - start.as_second()),
            phase: words::phase(window.phase()).id,
            enabled: window.enabled,
            etag: window.etag.clone(),
            creator: window.creator_display_name.clone(),
            created: times.moment(window.create_time.as_ref()),
            updated: times.moment(updated),
            origin: words::origin(window.origin()),
            external_id: window.external_id.clone(),
        }
    }

    pub fn can_edit(&self) -> bool {
        self.phase != "past"
    }

    /// Of an ongoing window only the end may change.
    pub fn can_switch(&self) -> bool {
        self.phase == "upcoming"
    }

    pub fn can_delete(&self) -> bool {
        self.phase == "upcoming"
    }

    /// What cannot be done with it any more, and why; empty for an upcoming one.
    pub fn why_not(&self) -> &'static str {
        match self.phase {
            "past" => {
                "It is over, so it stays as it is: past windows can be neither edited nor deleted."
            }
            "ongoing" => {
                "It has begun: only its end may move, earlier or later, and it can be neither deleted nor disabled."
            }
            _ => "",
        }
    }

    pub fn why_not_deleted(&self) -> &'static str {
        match self.phase {
            "past" => "It is over, so it stays as it is: only upcoming windows can be deleted.",
            _ => {
                "It has begun, and only upcoming windows can be deleted. To end it now, edit its end."
            }
        }
    }

    /// What enabled or disabled means for it.
    pub fn state_words(&self) -> String {
        let phase = match self.phase {
            "ongoing" => "Ongoing",
            "past" => "Past",
            _ => "Upcoming",
        };
        if self.enabled {
            format!("{phase}, enabled")
        } else {
            format!("{phase}, disabled: not announced, and other windows may overlap it")
        }
    }

    /// From when to when.
    pub fn span(&self) -> String {
        span(&self.start, &self.end)
    }
}

/// The service's name; its code if the catalogue has lost it.
pub fn service(window: &Window) -> String {
    if window.service_display_name.is_empty() {
        window.service.clone()
    } else {
        window.service_display_name.clone()
    }
}

/// `26 Nov 2026, 17:00 – 19:00 CET (16:00 – 18:00 UTC)`
pub fn span(start: &Moment, end: &Moment) -> String {
    let last = if start.date == end.date {
        end.exact.rsplit(", ").next().unwrap_or(&end.exact)
    } else {
        &end.exact
    };
    let local = format!("{} – {last} {}", start.exact, end.zone);
    if start.utc.is_empty() && end.utc.is_empty() {
        return local;
    }
    let beside = |moment: &Moment| {
        if moment.utc.is_empty() {
            moment.exact.clone()
        } else {
            moment.utc.clone()
        }
    };
    format!("{local} ({} – {} UTC)", beside(start), beside(end))
}

/// `1 day 2 hours 30 minutes`
fn length(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let parts = [
        (seconds / 86_400, "day"),
        (seconds % 86_400 / 3_600, "hour"),
        (seconds % 3_600 / 60, "minute"),
        (seconds % 60, "second"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = parts.map(|(count, unit)| counted(*count, unit)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_words() {
        assert_eq!(length(7_200), "2 hours");
        assert_eq!(length(86_400 + 60), "1 day 1 minute");
    }

    #[test]
    fn a_span_names_its_day_once_and_utc_beside() {
        let times = Times::new("Europe/Paris", jiff::Timestamp::UNIX_EPOCH);
        let at = |text: &str| times.read(text.parse().unwrap());
        assert_eq!(
            span(&at("2026-11-26T16:00:00Z"), &at("2026-11-26T18:00:00Z")),
            "26 Nov 2026, 17:00 – 19:00 CET (16:00 – 18:00 UTC)"
        );
        assert_eq!(
            span(&at("2026-11-26T21:00:00Z"), &at("2026-11-27T01:00:00Z")),
            "26 Nov 2026, 22:00 – 27 Nov 2026, 02:00 CET (21:00 – 01:00 UTC)"
        );
    }
}
