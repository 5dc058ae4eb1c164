//! What rules give, against the examples of RFC 5545 and the changes of the clocks.

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::{Adjustment, Expansion, Occurrence, Rule};
use crate::domain::Span;

type Result<T> = std::result::Result<T, (&'static str, String)>;

fn expand(rule: &str, zone: &str, start: &str, hours: i64, most: usize) -> Result<Vec<Occurrence>> {
    let zone = TimeZone::get(zone).unwrap();
    let start: jiff::civil::DateTime = start.parse().unwrap();
    let start = zone.to_timestamp(start).unwrap();
    let rule: Rule = rule.parse().map_err(|words| ("rule", words))?;
    Expansion {
        rule: &rule,
        first: Span::new(start, start + jiff::SignedDuration::from_hours(hours)).unwrap(),
        zone: &zone,
        most,
        horizon: "2030-01-01T00:00:00Z".parse().unwrap(),
    }
    .occurrences()
}

/// The local starts, in New York like in the examples of the RFC.
fn starts(rule: &str, start: &str) -> Vec<String> {
    let zone = TimeZone::get("America/New_York").unwrap();
    let found = expand(rule, "America/New_York", start, 1, 500).unwrap();
    let local = |one: &Occurrence| zone.to_datetime(one.span.start()).to_string();
    found.iter().map(local).collect()
}

fn days(rule: &str, start: &str) -> Vec<String> {
    starts(rule, start)
        .into_iter()
        .map(|start| start[..10].to_owned())
        .collect()
}

#[test]
fn the_examples_of_the_rfc() {
    let start = "1997-09-02T09:00:00";
    let ten_days = starts("FREQ=DAILY;COUNT=10", start);
    assert_eq!(ten_days.len(), 10);
    assert_eq!(ten_days[9], "1997-09-11T09:00:00");
    let to_christmas = starts("FREQ=DAILY;UNTIL=19971224T000000Z", start);
    assert_eq!(
        (to_christmas.len(), to_christmas[112].as_str()),
        (113, "1997-12-23T09:00:00")
    );
    assert_eq!(
        days(
            "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
            start
        )
        .len(),
        10
    );
    assert_eq!(
        days("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", start),
        [
            "1997-09-02",
            "1997-09-04",
            "1997-09-16",
            "1997-09-18",
            "1997-09-30",
            "1997-10-02",
            "1997-10-14",
            "1997-10-16"
        ]
    );
    assert_eq!(
        days("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22T09:00:00"),
        [
            "1997-09-22",
            "1997-10-20",
            "1997-11-17",
            "1997-12-22",
            "1998-01-19",
            "1998-02-16"
        ]
    );
    assert_eq!(
        days(
            "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU",
            "1997-09-07T09:00:00"
        ),
        ["1997-09-07", "1997-09-28", "1997-11-02", "1997-11-30"]
    );
    assert_eq!(
        days(
            "FREQ=MONTHLY;COUNT=4;BYMONTHDAY=1,-1",
            "1997-09-30T09:00:00"
        ),
        ["1997-09-30", "1997-10-01", "1997-10-31", "1997-11-01"]
    );
    assert_eq!(
        days(
            "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
            "1997-09-04T09:00:00"
        ),
        ["1997-09-04", "1997-10-07", "1997-11-06"]
    );
    assert_eq!(
        days(
            "FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "1997-09-29T09:00:00"
        ),
        ["1997-09-29", "1997-10-30", "1997-11-27"]
    );
    assert_eq!(
        days(
            "FREQ=MONTHLY;COUNT=3;BYDAY=FR;BYMONTHDAY=13",
            "1998-02-13T09:00:00"
        ),
        ["1998-02-13", "1998-03-13", "1998-11-13"]
    );
    assert_eq!(
        days("FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "1997-06-10T09:00:00"),
        ["1997-06-10", "1997-07-10", "1998-06-10", "1998-07-10"]
    );
    assert_eq!(
        days("FREQ=YEARLY;COUNT=3;BYDAY=20MO", "1997-05-19T09:00:00"),
        ["1997-05-19", "1998-05-18", "1999-05-17"]
    );
    assert_eq!(
        days(
            "FREQ=YEARLY;COUNT=4;BYMONTH=3;BYDAY=TH",
            "1997-03-13T09:00:00"
        ),
        ["1997-03-13", "1997-03-20", "1997-03-27", "1998-03-05"]
    );
}

#[test]
fn weeks_begin_where_the_rule_says_and_days_that_are_not_are_left_out() {
    // A week that starts on Sunday is another week.
    assert_eq!(
        days(
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            "1997-08-05T09:00:00"
        ),
        ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]
    );
    assert_eq!(
        days(
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            "1997-08-05T09:00:00"
        ),
        ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]
    );
    // Months without the day are left out, and so are years without the 29th of February.
    assert_eq!(
        days("FREQ=MONTHLY;COUNT=3", "1997-01-31T09:00:00"),
        ["1997-01-31", "1997-03-31", "1997-05-31"]
    );
    assert_eq!(
        days("FREQ=YEARLY;COUNT=3", "1996-02-29T09:00:00"),
        ["1996-02-29", "2000-02-29", "2004-02-29"]
    );
}

#[test]
fn the_wall_clock_is_kept_when_the_clocks_change() {
    let weekly = expand(
        "FREQ=WEEKLY;COUNT=4",
        "Europe/Vienna",
        "2027-03-14T02:30:00",
        3,
        9,
    )
    .unwrap();
    let starts: Vec<String> = weekly
        .iter()
        .map(|one| one.span.start().to_string())
        .collect();
    // On the 28th the clocks go from 2 to 3: there is no 2:30.
    assert_eq!(
        starts,
        [
            "2027-03-14T01:30:00Z",
            "2027-03-21T01:30:00Z",
            "2027-03-28T01:30:00Z",
            "2027-04-04T00:30:00Z"
        ]
    );
    let adjusted: Vec<Adjustment> = weekly.iter().map(|one| one.adjustment).collect();
    let none = Adjustment::None;
    assert_eq!(adjusted, [none, none, Adjustment::Skipped, none]);
    // On the 31st of October they go from 3 to 2: there are two 2:30, and the first is meant.
    let weekly = expand(
        "FREQ=WEEKLY;COUNT=3",
        "Europe/Vienna",
        "2027-10-24T02:30:00",
        3,
        9,
    )
    .unwrap();
    assert_eq!(weekly[1].span.start().to_string(), "2027-10-31T00:30:00Z");
    assert_eq!(weekly[1].adjustment, Adjustment::Repeated);
    assert_eq!(weekly[2].span.start().to_string(), "2027-11-07T01:30:00Z");
    assert!(weekly.iter().all(|one| one.span.duration().as_hours() == 3));
}

#[test]
fn limits_are_told() {
    let of = |rule| expand(rule, "UTC", "2027-03-14T02:30:00", 1, 5).unwrap_err();
    assert_eq!(
        of("FREQ=DAILY;COUNT=6"),
        ("rule", "must give at most 5 occurrences".into())
    );
    let (field, words) = of("FREQ=YEARLY;COUNT=5");
    assert_eq!(
        (field, words.contains("3 occurrences would fit")),
        ("rule", true)
    );
    assert_eq!(of("FREQ=MONTHLY;UNTIL=20400101;BYMONTH=3").0, "rule");
    assert_eq!(
        of("FREQ=DAILY;UNTIL=20270101").1,
        "must not end before it begins"
    );
    // The 30th of February never comes.
    let never = of("FREQ=YEARLY;COUNT=1;BYMONTH=2;BYMONTHDAY=30");
    assert!(never.1.contains("0 occurrences"));
    assert_eq!(of("FREQ=WEEKLY;COUNT=2;BYDAY=MO").0, "start_time");
    let long = expand("FREQ=DAILY;COUNT=2", "UTC", "2027-03-14T02:30:00", 25, 5).unwrap_err();
    assert_eq!(long.0, "end_time");
    assert!(expand("FREQ=DAILY;COUNT=2", "UTC", "2027-03-14T02:30:00", 24, 5).is_ok());
}

#[test]
fn what_a_rule_must_not_say_is_named() {
    for (rule, expected) in [
        ("", "FREQ"),
        ("FREQ=HOURLY;COUNT=1", "FREQ="),
        ("FREQ=DAILY", "COUNT or UNTIL"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both"),
        ("FREQ=DAILY;COUNT=0", "COUNT from 1"),
        ("FREQ=DAILY;COUNT=2;COUNT=3", "COUNT twice"),
        ("FREQ=DAILY;INTERVAL=-1;COUNT=2", "INTERVAL from 1"),
        ("FREQ=DAILY;BYHOUR=3;COUNT=2", "BYHOUR"),
        ("FREQ=DAILY;BYFOO=3;COUNT=2", "BYFOO"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=2", "number weekdays"),
        ("FREQ=MONTHLY;BYDAY=99MO;COUNT=2", "numbers of weekdays"),
        ("FREQ=MONTHLY;BYDAY=É;COUNT=2", "no weekday"),
        ("FREQ=MONTHLY;BYMONTHDAY=0;COUNT=2", "BYMONTHDAY from 1"),
        ("FREQ=WEEKLY;BYMONTHDAY=1;COUNT=2", "BYMONTHDAY"),
        ("FREQ=DAILY;BYSETPOS=1;COUNT=2", "BYSETPOS"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL like"),
        ("DAILY", "NAME=value"),
    ] {
        let problem = rule.parse::<Rule>().unwrap_err();
        assert!(problem.contains(expected), "{rule}: {problem}");
    }
    assert!("rrule:freq=weekly;byday=su;count=3".parse::<Rule>().is_ok());
}

proptest! {
    /// Whatever a rule looks like, its expansion ends, and what it gives is in order, limited, and of the right length.
    #[test]
    fn every_rule_gives_times_in_order(
        frequency in prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        interval in 1..40_u16,
        count in 1..60_usize,
        parts in prop::sample::subsequence(
            vec!["BYMONTH=2,10", "BYDAY=MO,SU", "BYMONTHDAY=-1,5,29", "BYSETPOS=-1"], 0..4),
        start in 0..60_000_000_i64,
        zone in prop::sample::select(vec!["UTC", "Europe/Vienna", "Australia/Lord_Howe", "America/Sao_Paulo"]),
    ) {
        let mut rule = format!("FREQ={frequency};INTERVAL={interval};COUNT={count}");
        for part in parts {
            rule.push(';');
            rule.push_str(part);
        }
        let Ok(rule) = rule.parse::<Rule>() else { return Ok(()) };
        let start = Timestamp::from_second(1_795_000_000 + start).unwrap();
        let first = Span::new(start, start + jiff::SignedDuration::from_mins(5)).unwrap();
        let horizon = "2031-01-01T00:00:00Z".parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let expansion = Expansion { rule: &rule, first, zone: &zone, most: 50, horizon };
        if let Ok(found) = expansion.occurrences() {
            prop_assert_eq!(found.len(), count);
            prop_assert!(found.len() <= 50);
            prop_assert_eq!(found[0].span, first);
            prop_assert!(found.windows(2).all(|two| two[0].span.end() <= two[1].span.start()));
            prop_assert!(found.iter().all(|one| one.span.duration() == first.duration() && one.span.start() <= horizon));
        }
    }
}
