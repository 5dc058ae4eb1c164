//! Home: what needs the person, and how much of everything there is (NAV-4).

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use nsp_proto::cases::v1::{CaseOrder, CaseView, ListCasesRequest};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, count, html},
    pages::cases::row::Row,
    signed_in::SignedIn,
    urls, words,
};

/// As many as fit without scrolling.
const URGENT: i32 = 7;
const RECENT: i32 = 5;

#[derive(Template)]
#[template(path = "home/home.html")]
struct Home {
    page: Frame,
    urgent: Vec<Row>,
    recent: Vec<Row>,
    panels: Vec<Panel>,
    yours: u64,
    has_account: bool,
}

/// Numbers that belong together; each is a link to exactly those cases.
struct Panel {
    title: &'static str,
    counts: Vec<(&'static str, String, u64)>,
}

pub async fn get(me: SignedIn) -> Result<Response, PageError> {
    if me.session.user.staff {
        return Ok(Redirect::to(urls::QUEUE).into_response());
    }
    if me.session.acting.is_none() {
        let page = me.frame(Tab::Home, "Home").await;
        return html(StatusCode::OK, &Home::empty(page));
    }
    let (mut first, mut second) = (me.clients.cases(), me.clients.cases());
    let (counts, urgent, recent) = tokio::join!(
        me.counts(),
        first.list_cases(ListCasesRequest {
            page_size: URGENT,
            view: CaseView::ActionRequired.into(),
            order_by: CaseOrder::DueTime.into(),
            ..Default::default()
        }),
        second.list_cases(ListCasesRequest {
            page_size: RECENT,
            view: CaseView::All.into(),
            ..Default::default()
        })
    );
    let counts = counts?;
    let rows = |cases: Vec<nsp_proto::cases::v1::Case>| -> Vec<Row> {
        cases
            .iter()
            .map(|case| Row::new(case, &me.times, false))
            .collect()
    };
    let panel = |title, ids: &[&str]| Panel {
        title,
        counts: words::VIEWS
            .iter()
            .filter(|view| ids.contains(&view.id))
            .map(|view| {
                let href = format!("{}?view={}", urls::CASES, view.id);
                (view.name, href, count(&counts, view.cases))
            })
            .collect(),
    };
    let page = Home {
        page: me.frame_with(Tab::Home, "Home", &counts),
        urgent: rows(urgent?.into_inner().cases),
        recent: rows(recent?.into_inner().cases),
        panels: vec![
            panel(
                "Open",
                &["action-required", "with-icann", "overdue", "expedite"],
            ),
            panel("Lists", &["open", "mine", "closed", "all"]),
        ],
        yours: count(&counts, CaseView::ActionRequired),
        has_account: true,
    };
    html(StatusCode::OK, &page)
}

impl Home {
    /// For those who have no part in any account yet.
    fn empty(page: Frame) -> Self {
        Self {
            page,
            urgent: Vec::new(),
            recent: Vec::new(),
            panels: Vec::new(),
            yours: 0,
            has_account: false,
        }
    }
}
