//! One window.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::maintenance::{get_window, row::Row},
    signed_in::SignedIn,
};

#[derive(Template)]
#[template(path = "maintenance/show.html")]
struct Show {
    page: Frame,
    may_write: bool,
    staff: bool,
    window: Row,
}

pub async fn get(me: SignedIn, id: Path<String>) -> Result<Response, PageError> {
    show(&me, &id, None, StatusCode::OK).await
}

/// The page; with `trouble`, what kept something from being done.
pub async fn show(
    me: &SignedIn,
    id: &Path<String>,
    trouble: Option<&String>,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, window) = tokio::join!(me.frame(Tab::Maintenance, "Window"), get_window(me, id));
    let window = Row::new(&window?, &me.times);
    let page = Frame {
        title: window.name.clone(),
        ..page.saying("bad", trouble)
    };
    let page = Show {
        page,
        may_write: me.plans(),
        staff: me.session.user.staff,
        window,
    };
    html(code, &page)
}
