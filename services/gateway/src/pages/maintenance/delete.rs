//! Deletes one upcoming window, after asking: it cannot be undone (MW-5).

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::maintenance::v1::DeleteWindowsRequest;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::{
        cases::resource,
        maintenance::{get_window, planner, row::Row},
    },
    signed_in::{Party, SignedIn},
    urls,
};

#[derive(Template)]
#[template(path = "maintenance/delete.html")]
struct Delete {
    page: Frame,
    window: Row,
}

pub async fn get(party: Party, id: Path<String>) -> Result<Response, PageError> {
    let me = planner(party)?;
    show(&me, &id, None, StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    id: &Path<String>,
    trouble: Option<&String>,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, window) = tokio::join!(
        me.frame(Tab::Maintenance, "Delete a window"),
        get_window(me, id)
    );
    let window = Row::new(&window?, &me.times);
    let page = page.saying("bad", trouble);
    html(code, &Delete { page, window })
}

pub async fn post(party: Party, id: Path<String>, mut form: Form) -> Result<Response, PageError> {
    let me = planner(party)?;
    let name = resource("windows", &id)?;
    // Another account's window does not exist, whatever a refusal would say.
    get_window(&me, &id).await?;
    let request = DeleteWindowsRequest {
        names: vec![name],
        etags: vec![form.value("etag").to_owned()],
        validate_only: false,
    };
    match me.clients.windows().delete_windows(request).await {
        Ok(_) => Ok(done(urls::MAINTENANCE, Some(&frame::WINDOW_DELETED))),
        Err(status) => {
            let code = form.refused(status, &[])?;
            let trouble = form.trouble.take();
            let trouble = trouble.map(|words| words.replace("names[0] ", "The window "));
            show(&me, &id, trouble.as_ref(), code).await
        }
    }
}
