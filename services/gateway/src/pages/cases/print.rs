//! A whole case on paper: facts and conversation, with exact times.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::cases::{
        Number,
        conversation::{self, Conversation},
        head::Head,
        show::get_case,
    },
    signed_in::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "cases/print.html")]
struct Print {
    page: Frame,
    head: Head,
    conversation: Conversation,
    back: String,
    printed: String,
}

/// Internal notes are not printed, whoever asks.
pub async fn get(me: SignedIn, number: Number) -> Result<Response, PageError> {
    let staff = me.session.user.staff;
    let tab = if staff { Tab::Queue } else { Tab::Cases };
    let (page, case, comments) = tokio::join!(
        me.frame(tab, &number.0),
        get_case(&me, &number),
        conversation::comments(&me, number.name())
    );
    let case = case?;
    let entries = conversation::entries(&case, &comments?, &me.times);
    // The conversation begins with the description: once on paper is enough.
    let mut head = Head::new(&case, &me.times, staff);
    head.description.clear();
    let page = Print {
        page,
        head,
        conversation: Conversation::whole(entries),
        back: urls::case_for(staff, &number.0),
        printed: me.times.present(),
    };
    html(StatusCode::OK, &page)
}
