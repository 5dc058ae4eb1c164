//! Every component in every variant.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use http::StatusCode;

use crate::{
    app::App,
    errors::PageError,
    frame::{Frame, Tab, html},
    signed_in::SignedIn,
};

#[derive(Template)]
#[template(path = "dev/components.html")]
struct Components {
    page: Frame,
}

pub async fn get(
    State(_): State<Arc<App>>,
    me: Result<SignedIn, PageError>,
) -> Result<Response, PageError> {
    let page = match me {
        Ok(me) => me.frame(Tab::None, "Components").await,
        Err(_) => Frame::bare("Components"),
    };
    html(StatusCode::OK, &Components { page })
}
