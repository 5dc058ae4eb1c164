//! What was done: the person's own log, and for its administrators that of an account (ID-11).

mod csv;
mod query;
pub mod words;

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::identity::v1::AuditEvent;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::activity::query::Query,
    signed_in::SignedIn,
    time::{Moment, counted},
    urls,
    words::device,
};

type Pairs = Address<Vec<(String, String)>>;

#[derive(Template)]
#[template(path = "activity/list.html")]
struct Activity {
    page: Frame,
    /// Whether it is the account's.
    whole: bool,
    title: &'static str,
    query: Query,
    rows: Vec<Row>,
    chips: Vec<(&'static str, String, String)>,
    tally: String,
    first: String,
    next: String,
    csv: String,
    clear: String,
}

/// One thing that was done.
struct Row {
    at: Option<Moment>,
    what: String,
    refusal: bool,
    /// Whom it is about.
    person: String,
    person_href: String,
    device: String,
    address: String,
}

/// Which log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Log {
    Own,
    Account,
}

impl Log {
    fn title(self) -> &'static str {
        match self {
            Self::Own => "Your activity",
            Self::Account => "Activity of the account",
        }
    }

    fn tab(self) -> Tab {
        match self {
            Self::Own => Tab::None,
            Self::Account => Tab::Account,
        }
    }

    fn csv(self) -> &'static str {
        match self {
            Self::Own => urls::ACTIVITY_CSV,
            Self::Account => urls::ACCOUNT_ACTIVITY_CSV,
        }
    }

    /// Whose log it is; none for everybody's of the account.
    fn only(self, me: &SignedIn) -> Option<&str> {
        match self {
            Self::Own => Some(&me.session.user.name),
            Self::Account => None,
        }
    }
}

pub async fn own(me: SignedIn, Address(pairs): Pairs) -> Result<Response, PageError> {
    show(&me, Log::Own, Query::read(urls::ACTIVITY, pairs)).await
}

pub async fn own_csv(me: SignedIn, Address(pairs): Pairs) -> Result<Response, PageError> {
    csv::write(me, Log::Own, &Query::read(urls::ACTIVITY, pairs)).await
}

/// For others than administrators there is no such page.
pub async fn account(me: SignedIn, Address(pairs): Pairs) -> Result<Response, PageError> {
    if !me.administers() {
        return Err(PageError::NotFound);
    }
    let query = Query::read(urls::ACCOUNT_ACTIVITY, pairs);
    show(&me, Log::Account, query).await
}

pub async fn account_csv(me: SignedIn, Address(pairs): Pairs) -> Result<Response, PageError> {
    if !me.administers() {
        return Err(PageError::NotFound);
    }
    let query = Query::read(urls::ACCOUNT_ACTIVITY, pairs);
    csv::write(me, Log::Account, &query).await
}

async fn show(me: &SignedIn, log: Log, query: Query) -> Result<Response, PageError> {
    let request = query.request(&me.times, log.only(me));
    let mut audit = me.clients.audit();
    let (page, events) = tokio::join!(me.frame(log.tab(), log.title()), async {
        if query.is_backwards() {
            return Ok((Vec::new(), String::new()));
        }
        let answer = audit.list_audit_events(request).await?.into_inner();
        Ok::<_, tonic::Status>((answer.events, answer.next_page_token))
    });
    let (events, next) = events?;
    let chosen = format!("users/{}", query.person);
    let chosen = events.iter().map(about).find(|(user, _)| *user == chosen);
    let chosen = chosen.map_or("One person", |(_, name)| name);
    let list = Activity {
        page,
        whole: log == Log::Account,
        title: log.title(),
        chips: query.chips(chosen),
        rows: events.iter().map(|event| row(me, &query, event)).collect(),
        tally: counted(events.len() as u64, "event"),
        first: if query.after.is_empty() {
            String::new()
        } else {
            query.first_page().href()
        },
        next: if next.is_empty() {
            String::new()
        } else {
            query.page(&next).href()
        },
        csv: query.first_page().href_at(log.csv()),
        clear: query.path.to_owned(),
        query,
    };
    html(StatusCode::OK, &list)
}

/// Whom an event is about, and their name: to whom it was done, or else who did it.
fn about(event: &AuditEvent) -> (&str, &str) {
    if event.person.is_empty() {
        (&event.actor, &event.actor_display_name)
    } else {
        (&event.person, &event.person_display_name)
    }
}

fn row(me: &SignedIn, query: &Query, event: &AuditEvent) -> Row {
    let (user, name) = about(event);
    let client = event.client.clone().unwrap_or_default();
    Row {
        at: me.times.moment(event.time.as_ref()),
        what: words::action(&event.action),
        refusal: words::is_refusal(&event.action),
        person: name.to_owned(),
        person_href: if user.starts_with("users/") {
            query.href_person(user)
        } else {
            String::new()
        },
        device: if client.user_agent.is_empty() {
            String::new()
        } else {
            device(&client.user_agent)
        },
        address: client.address,
    }
}
