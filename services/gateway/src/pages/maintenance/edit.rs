//! Editing a window: all of an upcoming one, the end of an ongoing one, nothing of a past one (MW-4).

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use jiff::Timestamp;
use nsp_kit::clock::{from_proto, to_proto};
use nsp_proto::{
    FieldMask,
    maintenance::v1::{UpdateWindowRequest, Window},
};
use tonic::Code;

use crate::{
    errors::PageError,
    forms::{Field, Form},
    frame::{self, Frame, Tab, done, html},
    pages::maintenance::{
        get_window, planner,
        row::Row,
        when::{self, When},
    },
    signed_in::{Party, SignedIn},
    time::Times,
    urls,
};

const FIELDS: &[Field] = &[
    Field {
        id: "name",
        path: "window.display_name",
        label: "Name",
    },
    Field {
        id: "description",
        path: "window.description",
        label: "Description",
    },
    Field {
        id: "start",
        path: "window.start_time",
        label: "Start",
    },
    Field {
        id: "end",
        path: "window.end_time",
        label: "End",
    },
];

#[derive(Template)]
#[template(path = "maintenance/edit.html")]
struct Edit {
    page: Frame,
    window: Row,
    form: Form,
    when: Vec<When>,
    /// What somebody else made of it meanwhile.
    changed: Vec<(&'static str, String)>,
}

pub async fn get(party: Party, id: Path<String>) -> Result<Response, PageError> {
    let me = planner(party)?;
    let window = get_window(&me, &id).await?;
    let form = filled(&window, &me.times);
    show(&me, &window, form, Vec::new(), StatusCode::OK).await
}

fn filled(window: &Window, times: &Times) -> Form {
    let form = Form::default()
        .with("name", &window.display_name)
        .with("description", &window.description);
    let [start, end] = span(window);
    when::fill(
        when::fill(form, when::START, start, times),
        when::END,
        end,
        times,
    )
}

fn span(window: &Window) -> [Option<Timestamp>; 2] {
    let read = |at: &Option<nsp_proto::Timestamp>| at.as_ref().and_then(from_proto);
    [read(&window.start_time), read(&window.end_time)]
}

async fn show(
    me: &SignedIn,
    window: &Window,
    form: Form,
    changed: Vec<(&'static str, String)>,
    code: StatusCode,
) -> Result<Response, PageError> {
    let title = format!("Edit {}", window.display_name);
    let page = me.frame(Tab::Maintenance, &title).await;
    let window = Row::new(window, &me.times);
    let parts: &[when::Part] = if window.phase == "ongoing" {
        &[when::END]
    } else {
        &[when::START, when::END]
    };
    let page = Edit {
        page: page.saying("bad", form.trouble.as_ref()),
        when: when::fields(parts, &form, &me.times),
        window,
        form,
        changed,
    };
    html(code, &page)
}

pub async fn post(party: Party, id: Path<String>, mut form: Form) -> Result<Response, PageError> {
    let me = planner(party)?;
    let window = get_window(&me, &id).await?;
    let request = request(&me, &window, &mut form);
    if !form.is_good() {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&me, &window, form, Vec::new(), code).await;
    }
    let Err(refusal) = me.clients.windows().update_window(request).await else {
        return Ok(done(&urls::window(&window.name), Some(&frame::SAVED)));
    };
    // As it is now, which may be newer than what was looked at before.
    let window = get_window(&me, &id).await?;
    let changed = if refusal.code() == Code::Aborted {
        differences(&window, &form, &me.times)
    } else {
        Vec::new()
    };
    let code = form.refused(refusal, FIELDS)?;
    show(&me, &window, form, changed, code).await
}

/// What the form asks for. A form that was opened when the window was upcoming asks for all of it, even if it has begun
/// meanwhile: the service then says so.
fn request(me: &SignedIn, window: &Window, form: &mut Form) -> UpdateWindowRequest {
    let whole = form.value("whole") == "true";
    let (start, end) = if whole {
        let [start, end] = when::read_both(form, &me.times);
        (start, end)
    } else {
        (None, when::read(form, when::END, &me.times))
    };
    let paths: &[&str] = if whole {
        &["display_name", "description", "start_time", "end_time"]
    } else {
        &["end_time"]
    };
    UpdateWindowRequest {
        window: Some(Window {
            name: window.name.clone(),
            display_name: form.value("name").trim().to_owned(),
            description: form.value("description").trim().to_owned(),
            start_time: start.map(to_proto),
            end_time: end.map(to_proto),
            etag: form.value("etag").to_owned(),
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
        validate_only: false,
    }
}

/// What the window is now where it is not what was typed.
fn differences(window: &Window, form: &Form, times: &Times) -> Vec<(&'static str, String)> {
    let now = filled(window, times);
    let shown = Row::new(window, times);
    let all = [
        ("name", "Name", shown.name.clone()),
        ("description", "Description", shown.description.clone()),
        ("start", "Start", shown.start.exact.clone()),
        ("end", "End", shown.end.exact.clone()),
    ];
    let mut differences: Vec<_> = all
        .into_iter()
        .filter(|(id, _, _)| {
            let sent = form.pairs().iter().any(|(name, _)| name == id);
            sent && form.value(id) != now.value(id)
        })
        .map(|(_, label, value)| (label, value))
        .collect();
    differences.push(("State", shown.state_words()));
    differences
}
