//! What to do when no second factor is at hand.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;

use crate::{
    app::App,
    errors::PageError,
    frame::{Frame, html},
    pages::sign_in::Next,
    urls,
};

#[derive(Template)]
#[template(path = "sign_in/lost_factor.html")]
struct LostFactor {
    page: Frame,
    /// The page that asks for a recovery code.
    recovery: String,
    help: String,
}

pub async fn get(
    State(app): State<Arc<App>>,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    let code = urls::then(urls::SIGN_IN_CODE, &query.next);
    let joint = if code.contains('?') { '&' } else { '?' };
    let page = LostFactor {
        page: Frame::bare("Lost your authenticator?"),
        recovery: format!("{code}{joint}use=recovery"),
        help: app.portal.help.clone(),
    };
    html(StatusCode::OK, &page)
}
