//! New windows, second step: each window that would be made, with its own tick and what is wrong with it (MW-2, MW-3).

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_kit::clock::from_proto;
use nsp_proto::maintenance::v1::{Clash, CreateWindowsRequest, Problem as Found, Service, Window};
use uuid::Uuid;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{Frame, Tab, html},
    pages::maintenance::{candidates::Candidate, catalogue, row, words},
    signed_in::SignedIn,
    time::{Moment, Times},
    urls,
    words::{Label, label},
};

/// What the form is made of besides the entries of the first step.
const OWN: [&str; 4] = ["step", "pick", "request_id", "only"];

#[derive(Template)]
#[template(path = "maintenance/verify.html")]
struct Verify {
    page: Frame,
    entries: Vec<(String, String)>,
    request_id: String,
    total: String,
    description: String,
    rows: Vec<Line>,
    kind: &'static str,
    says: String,
    /// Whether what is ticked was found good.
    ready: bool,
}

/// One window that would be made.
struct Line {
    key: String,
    name: String,
    note: &'static str,
    tld: Label,
    service: String,
    start: Moment,
    end: Moment,
    ticked: bool,
    outcome: Outcome,
}

/// What validating found about a window of a list.
pub enum Outcome {
    Open,
    Left,
    Fine,
    Bad(Vec<Problem>),
}

impl Outcome {
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Bad(_))
    }
}

/// One thing that is wrong with a window, and the window that is in its way.
pub struct Problem {
    pub words: String,
    pub href: String,
}

/// Which windows are ticked, and what was found about them.
pub struct Ticks {
    pub keys: BTreeSet<String>,
    /// What is wrong with the ticked ones, in their order; none before validating.
    pub found: Option<Vec<Found>>,
}

impl Ticks {
    /// Those that a form ticked.
    pub fn of(form: &Form) -> Self {
        Self {
            keys: form.all("pick").map(ToOwned::to_owned).collect(),
            found: None,
        }
    }

    pub fn all(candidates: &[Candidate]) -> Self {
        Self {
            keys: candidates.iter().map(Candidate::key).collect(),
            found: None,
        }
    }

    pub fn none() -> Self {
        Self {
            keys: BTreeSet::new(),
            found: None,
        }
    }

    /// The ticked windows.
    pub fn windows(&self, candidates: &[Candidate]) -> Vec<Window> {
        candidates
            .iter()
            .filter(|candidate| self.keys.contains(&candidate.key()))
            .map(|candidate| candidate.window.clone())
            .collect()
    }

    /// Asks what is wrong with the ticked windows.
    pub async fn validate(
        mut self,
        me: &SignedIn,
        candidates: &[Candidate],
    ) -> Result<Self, PageError> {
        let request = CreateWindowsRequest {
            windows: self.windows(candidates),
            validate_only: true,
            request_id: String::new(),
        };
        if !request.windows.is_empty() {
            let answer = me.clients.windows().create_windows(request).await?;
            self.found = Some(answer.into_inner().problems);
        }
        Ok(self)
    }
}

/// The page. `trouble` of the form is said on top of it.
pub async fn show(
    me: &SignedIn,
    form: &Form,
    candidates: &[Candidate],
    ticks: &Ticks,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, services) =
        tokio::join!(me.frame(Tab::Maintenance, "Verify windows"), catalogue(me));
    let services = services?;
    let mut place = 0;
    let rows: Vec<Line> = candidates
        .iter()
        .map(|candidate| {
            let ticked = ticks.keys.contains(&candidate.key());
            let outcome = match &ticks.found {
                None => Outcome::Open,
                Some(_) if !ticked => Outcome::Left,
                Some(found) => outcome(found, place, &services, &me.times),
            };
            place += i32::from(ticked);
            line(candidate, ticked, outcome, &services, &me.times)
        })
        .collect();
    let bad = rows.iter().filter(|row| row.outcome.is_bad()).count();
    let good = ticks.keys.len().saturating_sub(bad);
    let (kind, says) = match (&form.trouble, &ticks.found) {
        (Some(trouble), _) => ("bad", trouble.clone()),
        (None, None) => ("", String::new()),
        (None, Some(_)) if bad > 0 => (
            "bad",
            format!(
                "{bad} of the {} ticked cannot be added, and each says why. Untick them, or go back and change the \
                 entries; then validate again.",
                ticks.keys.len()
            ),
        ),
        (None, Some(_)) => (
            "ok",
            format!(
                "Validated: {} can be added. Nothing is made until you submit.",
                words::windows(good)
            ),
        ),
    };
    let page = Verify {
        page,
        entries: entries(form),
        request_id: Uuid::now_v7().to_string(),
        total: words::windows(candidates.len()),
        description: form.value("description").to_owned(),
        ready: form.trouble.is_none() && ticks.found.is_some() && bad == 0,
        rows,
        kind,
        says,
    };
    html(code, &page)
}

/// What was filled in, for the next step and for the way back.
fn entries(form: &Form) -> Vec<(String, String)> {
    let pairs = form.pairs().iter();
    let mut pairs: Vec<_> = pairs
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .cloned()
        .collect();
    pairs.retain(|(_, value)| !value.is_empty());
    pairs
}

fn line(
    candidate: &Candidate,
    ticked: bool,
    outcome: Outcome,
    services: &[Service],
    times: &Times,
) -> Line {
    let window = &candidate.window;
    let read = |at: Option<&nsp_proto::Timestamp>| {
        let at = at.and_then(from_proto);
        times.read(at.unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    };
    Line {
        key: candidate.key(),
        name: window.display_name.clone(),
        note: candidate.note,
        tld: label(&window.tld),
        service: service_name(services, &window.service),
        start: read(window.start_time.as_ref()),
        end: read(window.end_time.as_ref()),
        ticked,
        outcome,
    }
}

fn service_name(services: &[Service], code: &str) -> String {
    let known = services.iter().find(|service| service.code == code);
    known
        .map_or(code, |service| &service.display_name)
        .to_owned()
}

fn outcome(found: &[Found], place: i32, services: &[Service], times: &Times) -> Outcome {
    let found = found.iter().filter(|problem| problem.index == place);
    let problems: Vec<Problem> = found
        .map(|problem| match &problem.clash {
            Some(clash) => in_the_way(clash, services, times),
            None => Problem {
                words: sentence(problem),
                href: String::new(),
            },
        })
        .collect();
    if problems.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Bad(problems)
    }
}

/// Which window is in the way, when, and whose it is.
fn in_the_way(clash: &Clash, services: &[Service], times: &Times) -> Problem {
    let read = |at: Option<&nsp_proto::Timestamp>| times.moment(at);
    let span = read(clash.start_time.as_ref())
        .zip(read(clash.end_time.as_ref()))
        .map(|(start, end)| row::span(&start, &end))
        .unwrap_or_default();
    let whose = if clash.window.is_empty() {
        "added with this one".to_owned()
    } else {
        format!("made by {}", clash.creator_display_name)
    };
    Problem {
        words: format!(
            "Overlaps “{}”, {} of {}: {span}, {whose}.",
            clash.display_name,
            service_name(services, &clash.service),
            label(&clash.tld).shown
        ),
        href: if clash.window.is_empty() {
            String::new()
        } else {
            urls::window(&clash.window)
        },
    }
}

/// "must be in the future" of the field `end_time` becomes "End must be in the future."
fn sentence(problem: &Found) -> String {
    let label = match problem.field.as_str() {
        "start_time" => "Start ",
        "end_time" => "End ",
        "display_name" => "Name ",
        "description" => "Description ",
        "tld" => "TLD ",
        "service" => "Service ",
        _ => "",
    };
    let message = problem.message.trim_end_matches('.');
    if message.starts_with(|first: char| first.is_uppercase() || first == '.') {
        format!("{message}.")
    } else {
        format!("{label}{message}.")
    }
}
