//! What was submitted for a TLD, accepted and refused, newest first.

use askama::Template;
use axum::{
    extract::{Path, Query as Address},
    response::Response,
};
use http::StatusCode;
use nsp_proto::reporting::v1::ListSubmissionsRequest;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::{
        reports::{submission::Row, viewer, words},
        tls::ascii,
    },
    signed_in::SignedIn,
    urls,
    words::{Label, label},
};

const PAGE: i32 = 50;

#[derive(Template)]
#[template(path = "reports/submissions.html")]
struct Submissions {
    page: Frame,
    tld: Label,
    kind: &'static str,
    rows: Vec<Row>,
    first: String,
    next: String,
}

pub async fn get(
    me: SignedIn,
    Path(tld): Path<String>,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let value = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let kind = words::KINDS.iter().find(|kind| kind.id == value("kind"));
    let after = value("after");
    let request = ListSubmissionsRequest {
        parent: format!("tlds/{}", ascii(&tld)?),
        page_size: PAGE,
        page_token: after.to_owned(),
        kind: kind.map_or(0, |kind| kind.report.into()),
    };
    let label = label(&tld);
    let mut statuses = me.clients.report_statuses();
    let title = format!("Submissions of {}", label.shown);
    let (page, answer) = tokio::join!(
        me.frame(Tab::Reports, &title),
        statuses.list_submissions(request)
    );
    let answer = answer?.into_inner();
    let kind = kind.map_or("", |kind| kind.id);
    let path = urls::reports_submissions(&tld);
    let page = Submissions {
        page,
        tld: label,
        kind,
        rows: answer
            .submissions
            .iter()
            .map(|one| Row::new(one, &me))
            .collect(),
        first: if after.is_empty() {
            String::new()
        } else {
            urls::with(&path, &[("kind", kind)])
        },
        next: if answer.next_page_token.is_empty() {
            String::new()
        } else {
            urls::with(&path, &[("kind", kind), ("after", &answer.next_page_token)])
        },
    };
    html(StatusCode::OK, &page)
}
