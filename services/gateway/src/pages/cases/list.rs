//! The list of cases: a view, filtered, sorted, page by page (NAV-8). Staff's queue is the same list of everybody's.

use askama::Template;
use axum::{
    extract::Query as Address,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderName, HeaderValue, StatusCode};
use nsp_proto::{
    accounts::v1::ListTldsRequest,
    cases::v1::{CountCasesResponse, ListCasesResponse},
};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, count, html},
    pages::cases::{query::Query, row::Row},
    signed_in::SignedIn,
    time::counted,
    urls,
    words::{self, Label, View},
};

/// An account that a search found, and the list of its cases.
pub struct Found {
    pub name: String,
    pub href: String,
}

#[derive(Template)]
#[template(path = "cases/list.html", blocks = ["list"])]
pub struct List {
    pub page: Frame,
    pub staff: bool,
    pub query: Query,
    pub views: Vec<ViewLink>,
    pub view: &'static str,
    pub rows: Vec<Row>,
    pub tally: String,
    /// The first page, once one is past it; empty otherwise.
    pub first: String,
    pub next: String,
    pub csv: String,
    pub chips: Vec<(&'static str, String, String)>,
    pub tlds: Vec<Label>,
    /// Accounts to choose from after a search; staff only.
    pub found: Vec<Found>,
}

pub struct ViewLink {
    pub name: &'static str,
    pub href: String,
    pub current: bool,
    pub count: String,
}

/// What the services answered about a list.
pub struct Answers {
    pub cases: ListCasesResponse,
    pub counts: CountCasesResponse,
    pub tlds: Vec<Label>,
    pub account_name: String,
    pub found: Vec<Found>,
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    if me.session.user.staff {
        return Ok(Redirect::to(urls::QUEUE).into_response());
    }
    let query = Query::read(urls::CASES, pairs);
    let mut cases = me.clients.cases();
    let request = query.request(&words::VIEWS);
    let (cases, counts, tlds) = tokio::join!(cases.list_cases(request), me.counts(), tlds(&me));
    let answers = Answers {
        cases: cases?.into_inner(),
        counts: counts.unwrap_or_default(),
        tlds: tlds.unwrap_or_default(),
        account_name: String::new(),
        found: Vec::new(),
    };
    show(&me, query, &words::VIEWS, answers)
}

/// The page, or the part of it that changes with filters and order.
pub fn show(
    me: &SignedIn,
    query: Query,
    views: &'static [View],
    answers: Answers,
) -> Result<Response, PageError> {
    let staff = me.session.user.staff;
    let tab = if staff { Tab::Queue } else { Tab::Cases };
    let view = query.view(views);
    let mut page = me.frame_with(tab, view.name, &answers.counts);
    page.q.clone_from(&query.q);
    let rows: Vec<Row> = answers
        .cases
        .cases
        .iter()
        .map(|case| Row::new(case, &me.times, staff))
        .collect();
    let next = &answers.cases.next_page_token;
    let list = List {
        page,
        staff,
        views: links(&query, view, views, &answers.counts),
        view: view.name,
        tally: tally(query.from, rows.len(), answers.cases.total_size),
        next: if next.is_empty() {
            String::new()
        } else {
            query.next_page(next, rows.len()).href()
        },
        first: if query.after.is_empty() {
            String::new()
        } else {
            query.first_page().href()
        },
        csv: query.first_page().href_at(if staff {
            urls::QUEUE_CSV
        } else {
            urls::CASES_CSV
        }),
        chips: query.chips(&answers.account_name),
        tlds: answers.tlds,
        found: answers.found,
        rows,
        query,
    };
    if me.fragment {
        // The address without what was left empty.
        let mut response = html(StatusCode::OK, &list.as_list())?;
        if let Ok(address) = HeaderValue::try_from(list.query.href()) {
            let name = HeaderName::from_static("hx-push-url");
            response.headers_mut().insert(name, address);
        }
        Ok(response)
    } else {
        html(StatusCode::OK, &list)
    }
}

fn links(
    query: &Query,
    current: &View,
    views: &[View],
    counts: &CountCasesResponse,
) -> Vec<ViewLink> {
    let links = views.iter().map(|view| ViewLink {
        name: view.name,
        href: query.href_view(view.id),
        current: view.id == current.id,
        count: if counts.counts.is_empty() {
            String::new()
        } else {
            count(counts, view.cases).to_string()
        },
    });
    links.collect()
}

/// `51–100 of 312 cases`.
fn tally(from: u32, shown: usize, total: i32) -> String {
    let total = u64::try_from(total).unwrap_or_default();
    let more = if total >= 10_000 { "+" } else { "" };
    let all = counted(total, "case").replacen(' ', &format!("{more} "), 1);
    let to = u64::from(from) + shown as u64 - u64::from(shown > 0);
    if u64::from(from) == 1 && to == total || shown == 0 {
        all
    } else {
        format!("{from}–{to} of {all}")
    }
}

/// The TLDs of the person's account, as far as their role reaches.
pub async fn tlds(me: &SignedIn) -> Result<Vec<Label>, tonic::Status> {
    let mut accounts = me.clients.accounts();
    let mut labels = Vec::new();
    let mut request = ListTldsRequest {
        page_size: 200,
        ..Default::default()
    };
    // Nobody has more than 2,000.
    for _ in 0..10 {
        let answer = accounts.list_tlds(request.clone()).await?.into_inner();
        labels.extend(answer.tlds.iter().map(|tld| {
            let ascii = tld.name.strip_prefix("tlds/").unwrap_or(&tld.name);
            words::label(ascii)
        }));
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tally_says_which_part_is_shown() {
        assert_eq!(tally(1, 50, 312), "1–50 of 312 cases");
        assert_eq!(tally(301, 12, 312), "301–312 of 312 cases");
        assert_eq!(tally(1, 1, 1), "1 case");
        assert_eq!(tally(1, 0, 0), "0 cases");
        assert_eq!(tally(1, 50, 10_000), "1–50 of 10000+ cases");
    }
}
