//! Deletes many windows: those ticked in the list, looked at again, validated, then all or none (MW-5).

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use nsp_proto::maintenance::v1::{DeleteWindowsRequest, DeleteWindowsResponse, Problem as Found};
use uuid::Uuid;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::maintenance::{
        planner,
        row::Row,
        verify::{Outcome, Problem},
        words,
    },
    signed_in::{Party, SignedIn},
    urls,
};

#[derive(Template)]
#[template(path = "maintenance/delete_many.html")]
struct DeleteMany {
    page: Frame,
    total: String,
    rows: Vec<Line>,
    kind: &'static str,
    says: String,
    /// Whether everything that is ticked can be deleted.
    ready: bool,
}

/// A window of the list.
struct Line {
    window: Row,
    ticked: bool,
    outcome: Outcome,
}

/// There is nothing to see before something was ticked in the list.
pub async fn get(party: Party) -> Result<Response, PageError> {
    planner(party)?;
    Ok(Redirect::to(urls::MAINTENANCE).into_response())
}

pub async fn post(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = planner(party)?;
    let step = form.value("step").to_owned();
    let ticked = ids(&form, "window");
    let listed = ids(&form, "listed");
    if ticked.is_empty() && listed.is_empty() {
        return Ok(done(urls::MAINTENANCE, Some(&frame::NOTHING_TICKED)));
    }
    if ticked.is_empty() && !step.is_empty() {
        form.trouble = Some("No window is ticked. Tick those to delete, or cancel.".to_owned());
    } else if step == "delete" {
        let request = request(&ticked, false);
        match me.clients.windows().delete_windows(request).await {
            Ok(_) => return Ok(done(urls::MAINTENANCE, Some(&frame::WINDOWS_DELETED))),
            Err(status) => {
                let reason = nsp_kit::status::reason(&status);
                form.refused(status, &[])?;
                if let Some(words) = crate::messages::sentence(&reason) {
                    form.trouble = Some(words.to_owned());
                }
            }
        }
    }
    let all: BTreeSet<String> = listed.union(&ticked).cloned().collect();
    let answer = me
        .clients
        .windows()
        .delete_windows(request(&all, true))
        .await?;
    let validated = !step.is_empty() && !ticked.is_empty();
    show(&me, &form, answer.into_inner(), &ticked, validated).await
}

/// The names of windows in a form; anything that is none is left out.
fn ids(form: &Form, field: &str) -> BTreeSet<String> {
    let ids = form.all(field).filter_map(|id| id.parse::<Uuid>().ok());
    ids.map(|id| format!("windows/{id}")).collect()
}

fn request(names: &BTreeSet<String>, validate_only: bool) -> DeleteWindowsRequest {
    DeleteWindowsRequest {
        names: names.iter().cloned().collect(),
        etags: Vec::new(),
        validate_only,
    }
}

async fn show(
    me: &SignedIn,
    form: &Form,
    answer: DeleteWindowsResponse,
    ticked: &BTreeSet<String>,
    validated: bool,
) -> Result<Response, PageError> {
    let page = me.frame(Tab::Maintenance, "Delete windows").await;
    let rows: Vec<Line> = answer
        .windows
        .iter()
        .map(|window| {
            let ticked = ticked.contains(&window.name);
            let window = Row::new(window, &me.times);
            let outcome = match (validated, ticked) {
                (false, _) => Outcome::Open,
                (true, false) => Outcome::Left,
                (true, true) if window.can_delete() => Outcome::Fine,
                (true, true) => Outcome::Bad(vec![Problem {
                    words: window.why_not_deleted().to_owned(),
                    href: String::new(),
                }]),
            };
            Line {
                window,
                ticked,
                outcome,
            }
        })
        .collect();
    let gone = answer
        .problems
        .iter()
        .filter(|found| is_gone(found))
        .count();
    let bad = rows.iter().filter(|row| row.outcome.is_bad()).count();
    let good = rows
        .iter()
        .filter(|row| matches!(row.outcome, Outcome::Fine));
    let good = words::windows(good.count());
    let (kind, says) = match &form.trouble {
        Some(trouble) => ("bad", trouble.clone()),
        None if validated && bad > 0 => (
            "bad",
            format!(
                "{bad} of the {} ticked cannot be deleted, and each says why. Untick them, then validate again.",
                ticked.len()
            ),
        ),
        None if validated => ("ok", format!("Validated: {good} can be deleted.")),
        None if gone > 0 => (
            "warn",
            format!(
                "{} of those you ticked are no longer there.",
                words::windows(gone)
            ),
        ),
        None => ("", String::new()),
    };
    let code = if form.trouble.is_some() || bad > 0 {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = DeleteMany {
        page,
        total: words::windows(rows.len()),
        ready: validated && bad == 0 && form.trouble.is_none(),
        rows,
        kind,
        says,
    };
    html(code, &page)
}

fn is_gone(problem: &Found) -> bool {
    problem.reason == "WINDOW_NOT_FOUND"
}
