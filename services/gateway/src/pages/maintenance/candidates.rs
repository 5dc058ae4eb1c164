//! The windows that a filled-in form would make: one for each TLD, service and time.

use jiff::Timestamp;
use nsp_kit::clock::to_proto;
use nsp_proto::maintenance::v1::{
    ExpandRecurrenceRequest, Occurrence, Window, occurrence::Adjustment,
};

use crate::{
    errors::PageError,
    forms::{Field, Form},
    pages::maintenance::{recurrence, when},
    signed_in::SignedIn,
};

/// More are not taken at once.
pub const MOST: usize = 500;
const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 1_000;

const RECURRENCE_FIELDS: &[Field] = &[
    Field {
        id: "start",
        path: "start_time",
        label: "Start",
    },
    Field {
        id: "end",
        path: "end_time",
        label: "End",
    },
    Field {
        id: "repeat",
        path: "rule",
        label: "The repeats",
    },
    Field {
        id: "repeat",
        path: "max_occurrences",
        label: "The repeats",
    },
];

/// A window that could be made.
pub struct Candidate {
    pub window: Window,
    /// What a change of clocks did to its time; empty if nothing.
    pub note: &'static str,
}

impl Candidate {
    /// Tells it from the others of its form.
    pub fn key(&self) -> String {
        let window = &self.window;
        let start = window.start_time.as_ref().map_or(0, |at| at.seconds);
        format!("{}/{}/{start}", window.tld, window.service)
    }
}

/// All of them, in the order of time; none if something in the form is wrong, which then says so.
pub async fn all(me: &SignedIn, form: &mut Form) -> Result<Option<Vec<Candidate>>, PageError> {
    let tlds: Vec<String> = form.all("tlds").map(ToOwned::to_owned).collect();
    let services: Vec<String> = form.all("services").map(ToOwned::to_owned).collect();
    words(form, &tlds, &services);
    let [start, end] = when::read_both(form, &me.times);
    let rule = recurrence::rule(form, start, me.times.time_zone());
    let (Some(start), Some(end)) = (start, end) else {
        return Ok(None);
    };
    if !form.is_good() {
        return Ok(None);
    }
    let each = tlds.len() * services.len();
    if each > MOST {
        form.refuse("tlds", too_many(each));
        return Ok(None);
    }
    let Some(times) = times(me, form, rule, [start, end], MOST / each).await? else {
        return Ok(None);
    };
    let mut candidates = Vec::with_capacity(each * times.len());
    for time in &times {
        for tld in &tlds {
            for service in &services {
                candidates.push(candidate(form, tld, service, time));
            }
        }
    }
    Ok(Some(candidates))
}

/// What is wrong without looking at a clock.
fn words(form: &mut Form, tlds: &[String], services: &[String]) {
    if tlds.is_empty() {
        form.refuse("tlds", "Choose at least one TLD.");
    }
    if services.is_empty() {
        form.refuse("services", "Choose at least one service.");
    }
    let (name, description) = (
        form.value("name").trim().chars().count(),
        form.value("description").chars().count(),
    );
    if name == 0 {
        form.refuse("name", "Enter a name, such as Name server upgrade.");
    }
    if name > MAX_NAME {
        form.refuse(
            "name",
            format!("Name must not exceed {MAX_NAME} characters: it has {name}."),
        );
    }
    if description > MAX_DESCRIPTION {
        form.refuse(
            "description",
            format!("Description must not exceed 1,000 characters: it has {description}."),
        );
    }
}

fn too_many(count: usize) -> String {
    format!(
        "These are {count} windows, and at most {MOST} are added at once. Choose fewer TLDs or services."
    )
}

/// The times of the form: one, or those that its rule gives.
async fn times(
    me: &SignedIn,
    form: &mut Form,
    rule: String,
    [start, end]: [Timestamp; 2],
    most: usize,
) -> Result<Option<Vec<Occurrence>>, PageError> {
    let (start, end) = (Some(to_proto(start)), Some(to_proto(end)));
    if rule.is_empty() {
        return Ok(Some(vec![Occurrence {
            start_time: start,
            end_time: end,
            adjustment: 0,
        }]));
    }
    let request = ExpandRecurrenceRequest {
        rule,
        time_zone: me.times.zone().to_owned(),
        start_time: start,
        end_time: end,
        max_occurrences: i32::try_from(most).unwrap_or(1),
    };
    match me.clients.windows().expand_recurrence(request).await {
        Ok(answer) => Ok(Some(answer.into_inner().occurrences)),
        Err(status) => {
            form.refused(status, RECURRENCE_FIELDS)?;
            Ok(None)
        }
    }
}

fn candidate(form: &Form, tld: &str, service: &str, time: &Occurrence) -> Candidate {
    let note = match time.adjustment() {
        Adjustment::Unspecified => "",
        Adjustment::SkippedTime => {
            "Clocks go forward over its usual time that day, so it starts later."
        }
        Adjustment::RepeatedTime => "Clocks show its usual time twice that day: this is the first.",
    };
    Candidate {
        note,
        window: Window {
            tld: tld.to_owned(),
            service: service.to_owned(),
            display_name: form.value("name").trim().to_owned(),
            description: form.value("description").trim().to_owned(),
            start_time: time.start_time,
            end_time: time.end_time,
            enabled: true,
            ..Default::default()
        },
    }
}
