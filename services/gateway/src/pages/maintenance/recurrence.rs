//! Plain choices of how a window repeats, and the rule of RFC 5545 that they make (MW-7).

use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};

use crate::forms::Form;

/// The choices: as forms send them, and in words.
pub const CHOICES: [(&str, &str); 5] = [
    ("", "Does not repeat"),
    ("daily", "Daily"),
    ("weekly", "Weekly, on the same day of the week"),
    ("monthly", "Monthly, on the same date"),
    (
        "weekday",
        "Monthly, on the same weekday, such as the second Tuesday",
    ),
];

const MAX_EVERY: u32 = 99;
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The rule that a form asks for; empty if the window does not repeat. What is wrong stands beside its field.
pub fn rule(form: &mut Form, start: Option<Timestamp>, zone: &TimeZone) -> String {
    let repeat = form.value("repeat").to_owned();
    if repeat.is_empty() {
        return String::new();
    }
    let (Some(every), Some(end)) = (every(form), end(form, zone)) else {
        return String::new();
    };
    // Without a start, the page says so and the rule is not needed.
    let Some(start) = start else {
        return String::new();
    };
    let mut parts = match repeat.as_str() {
        "daily" => vec!["FREQ=DAILY".to_owned()],
        "weekly" => vec!["FREQ=WEEKLY".to_owned()],
        "monthly" => vec!["FREQ=MONTHLY".to_owned()],
        "weekday" => vec![
            "FREQ=MONTHLY".to_owned(),
            format!("BYDAY={}", weekday(zone.to_datetime(start).date())),
        ],
        _ => {
            form.refuse("repeat", "Repeats must be one of the choices.");
            return String::new();
        }
    };
    if every > 1 {
        parts.insert(1, format!("INTERVAL={every}"));
    }
    parts.push(end);
    parts.join(";")
}

/// `2TU`: the second Tuesday. Not every month has a fifth, so the fifth is the last.
fn weekday(date: civil::Date) -> String {
    let name = WEEKDAYS[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())];
    match (date.day() - 1) / 7 + 1 {
        5 => format!("-1{name}"),
        week => format!("{week}{name}"),
    }
}

fn every(form: &mut Form) -> Option<u32> {
    let typed = form.value("every").trim();
    if typed.is_empty() {
        return Some(1);
    }
    let every = typed.parse().ok().filter(|n| (1..=MAX_EVERY).contains(n));
    if every.is_none() {
        form.refuse(
            "every",
            format!(
                "Every must be a whole number from 1 to {MAX_EVERY}: 2 means every other time."
            ),
        );
    }
    every
}

/// `COUNT=10`, or `UNTIL=` the last moment of a day.
fn end(form: &mut Form, zone: &TimeZone) -> Option<String> {
    if form.value("ends") == "until" {
        let last = form
            .value("until")
            .trim()
            .parse::<civil::Date>()
            .ok()
            .and_then(|day| day.checked_add(1.day()).ok())
            .and_then(|next| next.to_zoned(zone.clone()).ok())
            .and_then(|midnight| midnight.checked_sub(1.second()).ok());
        if last.is_none() {
            form.refuse("until", "Last day must be a date, such as 2027-03-31.");
        }
        return last.map(|last| {
            let utc = last.with_time_zone(TimeZone::UTC);
            format!("UNTIL={}", utc.strftime("%Y%m%dT%H%M%SZ"))
        });
    }
    let count: Option<u32> = form.value("count").trim().parse().ok();
    let count = count.filter(|count| *count >= 1);
    if count.is_none() {
        form.refuse("count", "Times must be a whole number, such as 10.");
    }
    count.map(|count| format!("COUNT={count}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(fields: &[(&str, &str)], start: &str) -> (String, Form) {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let mut form = Form::default();
        for (id, value) in fields {
            form.set(id, *value);
        }
        let rule = rule(&mut form, Some(start.parse().unwrap()), &zone);
        (rule, form)
    }

    #[test]
    fn choices_become_a_rule() {
        let start = "2026-12-08T23:30:00Z";
        let count = ("count", "10");
        for (fields, rule) in [
            (vec![], ""),
            (vec![("repeat", "daily"), count], "FREQ=DAILY;COUNT=10"),
            (
                vec![("repeat", "weekly"), ("every", "2"), count],
                "FREQ=WEEKLY;INTERVAL=2;COUNT=10",
            ),
            (vec![("repeat", "monthly"), count], "FREQ=MONTHLY;COUNT=10"),
            // In Paris it is the second Wednesday already.
            (
                vec![("repeat", "weekday"), ("every", "3"), count],
                "FREQ=MONTHLY;INTERVAL=3;BYDAY=2WE;COUNT=10",
            ),
            (
                vec![
                    ("repeat", "daily"),
                    ("ends", "until"),
                    ("until", "2027-03-31"),
                ],
                "FREQ=DAILY;UNTIL=20270331T215959Z",
            ),
        ] {
            let (made, form) = made(&fields, start);
            assert_eq!(made, rule);
            assert!(form.is_good(), "{fields:?}: {:?}", form.errors());
        }
    }

    #[test]
    fn the_fifth_weekday_of_a_month_is_its_last() {
        assert_eq!(weekday(civil::date(2026, 12, 31)), "-1TH");
        assert_eq!(weekday(civil::date(2026, 12, 1)), "1TU");
        assert_eq!(weekday(civil::date(2026, 12, 28)), "4MO");
    }

    #[test]
    fn what_is_no_number_or_day_is_named() {
        let start = "2026-12-08T10:00:00Z";
        let wrong = [
            (vec![("repeat", "daily")], "count"),
            (vec![("repeat", "daily"), ("count", "0")], "count"),
            (
                vec![("repeat", "daily"), ("count", "3"), ("every", "0")],
                "every",
            ),
            (
                vec![("repeat", "daily"), ("ends", "until"), ("until", "soon")],
                "until",
            ),
            (vec![("repeat", "hourly"), ("count", "3")], "repeat"),
        ];
        for (fields, field) in wrong {
            let (rule, form) = made(&fields, start);
            assert_eq!(rule, "");
            assert!(!form.error(field).is_empty(), "{fields:?}");
        }
    }
}
