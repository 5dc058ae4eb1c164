//! Light or dark, from the menu at the top.

use axum::response::Response;
use nsp_proto::identity::v1::{UpdateProfileRequest, User, user::Theme};

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
    let user = User {
        theme: theme(form.value("theme")).into(),
        // Whatever was changed meanwhile, the look may be changed as well.
        etag: String::new(),
        ..me.session.user.clone()
    };
    let request = UpdateProfileRequest { user: Some(user) };
    me.clients.users().update_profile(request).await?;
    me.forget();
    Ok(done(urls::safe_next(form.value("return_to")), None))
}
