//! A date and time as somebody typed it, read in their zone: clocks leave some times out and show others twice.

use jiff::{
    Timestamp, civil,
    tz::{AmbiguousOffset, Offset, TimeZone},
};

/// Why what was typed is no moment yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoMoment {
    /// It is no date and time.
    Malformed,
    /// Clocks go forward over it.
    Skipped {
        typed: civil::DateTime,
        /// Where clocks stop being right, and what they show next.
        from: civil::DateTime,
        to: civil::DateTime,
    },
    /// Clocks go back and show it again: which one is meant, is to be said.
    Twice {
        typed: civil::DateTime,
        from: civil::DateTime,
        to: civil::DateTime,
        choices: Vec<Choice>,
    },
}

/// One of two moments that clocks show in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// `+01:00`, as a form sends it.
    pub offset: String,
    /// `The first: UTC+01:00, 00:30 UTC`
    pub words: String,
}

/// What a date-and-time field sent, read in a zone. `offset` says which one is meant where clocks show it twice.
pub fn read(typed: &str, offset: &str, zone: &TimeZone) -> Result<Timestamp, NoMoment> {
    let typed: civil::DateTime = typed.parse().map_err(|_| NoMoment::Malformed)?;
    let moment = zone.to_ambiguous_timestamp(typed);
    let at = |offset: Offset| offset.to_timestamp(typed).map_err(|_| NoMoment::Malformed);
    match moment.offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset),
        AmbiguousOffset::Gap { before, .. } => {
            let [from, to] = change(zone, at(before)?);
            Err(NoMoment::Skipped { typed, from, to })
        }
        AmbiguousOffset::Fold { before, after } => {
            let both = [at(before)?, at(after)?];
            for (one, moment) in [before, after].into_iter().zip(both) {
                if written(one) == offset {
                    return Ok(moment);
                }
            }
            let [from, to] = change(zone, both[1]);
            let choices = [(before, "first"), (after, "second")];
            let choices = choices.into_iter().map(|(one, which)| Choice {
                offset: written(one),
                words: format!(
                    "The {which}: UTC{}, {} UTC",
                    written(one),
                    one.to_timestamp(typed)
                        .map_or_else(|_| String::new(), |at| short(at, &TimeZone::UTC))
                ),
            });
            Err(NoMoment::Twice {
                typed,
                from,
                to,
                choices: choices.collect(),
            })
        }
    }
}

/// The moments that a typed time could be; none if it is one moment, or no time.
pub fn choices(typed: &str, zone: &TimeZone) -> Vec<Choice> {
    match read(typed, "", zone) {
        Err(NoMoment::Twice { choices, .. }) => choices,
        _ => Vec::new(),
    }
}

/// What a date-and-time field shows for a moment, and its offset if clocks show it twice; else nothing.
pub fn write(at: Timestamp, zone: &TimeZone) -> (String, String) {
    let here = zone.to_datetime(at);
    let offset = match zone.to_ambiguous_timestamp(here).offset() {
        AmbiguousOffset::Fold { .. } => written(zone.to_offset(at)),
        _ => String::new(),
    };
    let format = if here.second() == 0 {
        "%Y-%m-%dT%H:%M"
    } else {
        "%Y-%m-%dT%H:%M:%S"
    };
    (here.strftime(format).to_string(), offset)
}

impl NoMoment {
    /// A sentence to put beside the field: what is wrong, and what would be right.
    pub fn words(&self, label: &str, zone: &str) -> String {
        let day = |typed: &civil::DateTime| typed.strftime("%-d %b %Y").to_string();
        match self {
            Self::Malformed => {
                format!("{label} must be a date and a time, such as 2026-11-26T17:00.")
            }
            Self::Skipped { typed, from, to } => {
                let last = from.saturating_sub(jiff::Span::new().minutes(1));
                format!(
                    "{label} does not exist: on {} clocks in {zone} go forward from {} to {}, so there is no {}. \
                     The nearest times are {} and {}.",
                    day(typed),
                    clock(*from),
                    clock(*to),
                    clock(*typed),
                    clock(last),
                    clock(*to)
                )
            }
            Self::Twice {
                typed, from, to, ..
            } => format!(
                "{label} comes twice: on {} clocks in {zone} go back from {} to {}, so there are two {}. Choose one.",
                day(typed),
                clock(*from),
                clock(*to),
                clock(*typed)
            ),
        }
    }
}

/// What clocks show when they change at or before this moment, before and after.
fn change(zone: &TimeZone, at: Timestamp) -> [civil::DateTime; 2] {
    let just_after = at.saturating_add(jiff::SignedDuration::from_secs(1));
    let change = just_after
        .ok()
        .and_then(|after| zone.preceding(after).next());
    let Some(change) = change else {
        return [zone.to_datetime(at); 2];
    };
    let moment = change.timestamp();
    let second = jiff::SignedDuration::from_secs(1);
    let before = moment
        .checked_sub(second)
        .map_or_else(|_| zone.to_offset(moment), |last| zone.to_offset(last));
    [before.to_datetime(moment), zone.to_datetime(moment)]
}

/// `+01:00`
fn written(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn clock(at: civil::DateTime) -> String {
    at.strftime("%H:%M").to_string()
}

fn short(at: Timestamp, zone: &TimeZone) -> String {
    clock(zone.to_datetime(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn most_times_are_one_moment() {
        let read = read("2026-11-26T17:00", "", &zone("Europe/Paris")).unwrap();
        assert_eq!(read.to_string(), "2026-11-26T16:00:00Z");
        assert_eq!(
            write(read, &zone("Europe/Paris")),
            ("2026-11-26T17:00".to_owned(), String::new())
        );
    }

    #[test]
    fn a_time_that_clocks_leave_out_is_refused_with_the_nearest_ones() {
        let london = zone("Europe/London");
        let error = read("2027-03-28T01:30", "", &london).unwrap_err();
        assert_eq!(
            error.words("Start", "Europe/London"),
            "Start does not exist: on 28 Mar 2027 clocks in Europe/London go forward from 01:00 to 02:00, so there is \
             no 01:30. The nearest times are 00:59 and 02:00."
        );
        assert!(read("2027-03-28T00:59", "", &london).is_ok());
        assert!(read("2027-03-28T02:00", "", &london).is_ok());
    }

    #[test]
    fn a_time_that_comes_twice_asks_which() {
        let new_york = zone("America/New_York");
        let error = read("2026-11-01T01:15", "", &new_york).unwrap_err();
        assert_eq!(
            error.words("End", "America/New_York"),
            "End comes twice: on 1 Nov 2026 clocks in America/New_York go back from 02:00 to 01:00, so there are two \
             01:15. Choose one."
        );
        let NoMoment::Twice { choices, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(choices[0].words, "The first: UTC-04:00, 05:15 UTC");
        assert_eq!(choices[1].words, "The second: UTC-05:00, 06:15 UTC");
        for (choice, moment) in choices.iter().zip(["05:15", "06:15"]) {
            let read = read("2026-11-01T01:15", &choice.offset, &new_york).unwrap();
            assert_eq!(read.to_string(), format!("2026-11-01T{moment}:00Z"));
            assert_eq!(write(read, &new_york).1, choice.offset);
        }
    }

    #[test]
    fn an_offset_that_does_not_fit_is_not_believed() {
        let paris = zone("Europe/Paris");
        assert!(matches!(
            read("2026-10-25T02:30", "+05:00", &paris),
            Err(NoMoment::Twice { .. })
        ));
        let plain = read("2026-11-26T17:00", "+05:00", &paris).unwrap();
        assert_eq!(plain.to_string(), "2026-11-26T16:00:00Z");
        assert_eq!(read("tomorrow", "", &paris), Err(NoMoment::Malformed));
    }

    #[test]
    fn half_an_hour_is_a_change_too() {
        // Lord Howe Island goes forward by half an hour.
        let error = read("2026-10-04T02:10", "", &zone("Australia/Lord_Howe")).unwrap_err();
        let words = error.words("Start", "Australia/Lord_Howe");
        assert!(
            words.contains("from 02:00 to 02:30") && words.contains("01:59 and 02:30"),
            "{words}"
        );
    }
}
