//! One entry, with what the last check of each of its names found.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::tls::{entry::Entry, get_client, viewer},
    signed_in::SignedIn,
};

#[derive(Template)]
#[template(path = "tls/show.html")]
struct Show {
    page: Frame,
    entry: Entry,
    staff: bool,
    may_write: bool,
}

pub async fn get(me: SignedIn, Path(place): Path<(String, String)>) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let (page, record) = tokio::join!(me.frame(Tab::Tls, "Entry"), get_client(&me, &place));
    let entry = Entry::new(&record?, &me.times);
    let page = Show {
        page: Frame {
            title: format!("{} for {}", entry.title(), entry.tld.shown),
            ..page
        },
        staff: me.session.user.staff,
        may_write: me.plans() && entry.changeable,
        entry,
    };
    html(StatusCode::OK, &page)
}
