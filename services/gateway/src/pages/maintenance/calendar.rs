//! A month of windows (MW-7).

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp, civil};
use nsp_kit::clock::{from_proto, to_proto};
use nsp_proto::maintenance::v1::{ListWindowsRequest, Window, WindowOrder};
use serde::Deserialize;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::maintenance::{month::Month, row, words},
    signed_in::SignedIn,
    time::Times,
    urls,
    words::label,
};

/// As many as one month asks for; the page says when there are more.
const MOST: usize = 1_000;
const PAGE: i32 = 200;
/// More of one day are in the list.
const PER_DAY: usize = 6;

#[derive(Debug, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    month: String,
}

#[derive(Template)]
#[template(path = "maintenance/calendar.html")]
struct Calendar {
    page: Frame,
    may_write: bool,
    month: String,
    tally: String,
    previous: String,
    next: String,
    weeks: Vec<Vec<Day>>,
    /// Whether the month has no window at all.
    none: bool,
}

struct Day {
    iso: String,
    /// `24`
    short: String,
    /// `Tue 24 Nov`
    long: String,
    today: bool,
    outside: bool,
    events: Vec<Event>,
    more: usize,
}

impl Day {
    fn classes(&self) -> String {
        let marks = [
            (self.outside, "outside"),
            (self.today && !self.outside, "today"),
            (self.events.is_empty(), "free"),
        ];
        let marks = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark);
        marks.collect::<Vec<_>>().join(" ")
    }
}

/// Windows of the same name and time, as one.
#[derive(Clone)]
struct Event {
    kind: String,
    href: String,
    times: String,
    name: String,
    /// `DNS of .acme`, `3 windows`
    what: String,
    off: bool,
}

pub async fn get(me: SignedIn, Address(which): Address<Which>) -> Result<Response, PageError> {
    let today = me.times.today();
    let month = Month::parse(&which.month).unwrap_or_else(|| Month::of(today));
    let bounds = month.bounds(me.times.time_zone());
    let bounds = bounds.ok_or(PageError::NotFound)?;
    let (page, windows) = tokio::join!(
        me.frame(Tab::Maintenance, "Maintenance calendar"),
        windows(&me, bounds)
    );
    let (windows, all) = windows?;
    let groups = groups(&windows);
    let weeks = month.weeks().into_iter().map(|week| {
        let days = week.into_iter();
        days.map(|date| day(date, today, month, &groups, &me.times))
            .collect()
    });
    let weeks: Vec<Vec<Day>> = weeks.collect();
    let page = Calendar {
        page,
        may_write: me.plans(),
        month: month.name(),
        tally: if all {
            String::new()
        } else {
            format!("The first {}; the list has all", words::windows(MOST))
        },
        previous: urls::maintenance_calendar(&month.previous().id()),
        next: urls::maintenance_calendar(&month.next().id()),
        none: weeks
            .iter()
            .flatten()
            .all(|day| day.outside || day.events.is_empty()),
        weeks,
    };
    html(StatusCode::OK, &page)
}

/// The windows between two moments, and whether these are all.
async fn windows(
    me: &SignedIn,
    [from, to]: [Timestamp; 2],
) -> Result<(Vec<Window>, bool), tonic::Status> {
    let mut request = ListWindowsRequest {
        page_size: PAGE,
        order_by: WindowOrder::StartTime.into(),
        overlap_start_time: Some(to_proto(from)),
        overlap_end_time: Some(to_proto(to)),
        ..Default::default()
    };
    let mut windows = Vec::new();
    loop {
        let answer = me.clients.windows().list_windows(request.clone()).await?;
        let answer = answer.into_inner();
        windows.extend(answer.windows);
        let all = answer.next_page_token.is_empty();
        if all || windows.len() >= MOST {
            return Ok((windows, all));
        }
        request.page_token = answer.next_page_token;
    }
}

/// Start, end, name and whether it is enabled: what windows of one group have in common.
type Common = (Timestamp, Timestamp, String, bool);
type Groups<'a> = BTreeMap<Common, Vec<&'a Window>>;

fn groups(windows: &[Window]) -> Groups<'_> {
    let mut groups = Groups::new();
    for window in windows {
        let read = |at: &Option<nsp_proto::Timestamp>| at.as_ref().and_then(from_proto);
        let span = read(&window.start_time).zip(read(&window.end_time));
        if let Some((start, end)) = span {
            let common = (start, end, window.display_name.clone(), window.enabled);
            groups.entry(common).or_default().push(window);
        }
    }
    groups
}

fn day(
    date: civil::Date,
    today: civil::Date,
    month: Month,
    groups: &Groups<'_>,
    times: &Times,
) -> Day {
    let zone = times.time_zone();
    let day_of = |at: Timestamp| zone.to_datetime(at).date();
    let mut events: Vec<Event> = groups
        .iter()
        .filter(|((start, end, ..), _)| {
            // A window lasts up to, not including, its end.
            let last = end
                .saturating_sub(SignedDuration::from_secs(1))
                .unwrap_or(*end);
            (day_of(*start)..=day_of(last)).contains(&date)
        })
        .map(|(common, windows)| event(date, common, windows, times))
        .collect();
    let more = events.len().saturating_sub(PER_DAY);
    events.truncate(PER_DAY);
    Day {
        iso: date.to_string(),
        short: date.day().to_string(),
        long: date.strftime("%a %-d %b").to_string(),
        today: date == today,
        outside: !month.has(date),
        events,
        more,
    }
}

fn event(
    date: civil::Date,
    (start, end, name, enabled): &Common,
    windows: &[&Window],
    times: &Times,
) -> Event {
    let [from, to] = [start, end].map(|at| times.time_zone().to_datetime(*at));
    let clock = |at: civil::DateTime| at.strftime("%H:%M").to_string();
    let hours = match (from.date() == date, to.date() == date) {
        (true, true) => format!("{}–{}", clock(from), clock(to)),
        (true, false) => format!("From {}", clock(from)),
        (false, true) => format!("Until {}", clock(to)),
        (false, false) => "All day".to_owned(),
    };
    let (href, what) = match windows {
        [one] => (
            urls::window(&one.name),
            format!("{} of {}", row::service(one), label(&one.tld).shown),
        ),
        many => (
            format!("{}?q={}", urls::MAINTENANCE, urls::encode(name)),
            words::windows(many.len()),
        ),
    };
    let phase = windows
        .first()
        .map_or("upcoming", |window| words::phase(window.phase()).id);
    Event {
        kind: format!("{phase}{}", if *enabled { "" } else { " off" }),
        href,
        times: hours,
        name: name.clone(),
        what,
        off: !enabled,
    }
}
