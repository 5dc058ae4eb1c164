//! Light or dark, from the menu at the top.

use axum::response::Response;
use nsp_proto::identity::v1::{GetProfileRequest, UpdateProfileRequest, User, user::Theme};

use crate::{errors::PageError, forms::Form, frame::done, signed_in::SignedIn, urls};

/// As forms write it.
pub fn theme(value: &str) -> Theme {
    match value {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::System,
    }
}

pub async fn post(me: SignedIn, form: Form) -> Result<Response, PageError> {
    let mut users = me.clients.users();
    // What we remember of the person may be a moment old, and all of it is written.
    let user = users.get_profile(GetProfileRequest {}).await?.into_inner();
    let user = User {
        theme: theme(form.value("theme")).into(),
        ..user
    };
    let request = UpdateProfileRequest { user: Some(user) };
    users.update_profile(request).await?;
    me.forget();
    Ok(done(urls::safe_next(form.value("return_to")), None))
}
