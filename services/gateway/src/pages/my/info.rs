//! My info: time zone, language, theme, mail (ID-14).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::identity::v1::{GetProfileRequest, UpdateProfileRequest, User, user::Theme};

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::my::theme::theme,
    signed_in::SignedIn,
    time::zones,
    urls, words,
};

const FIELDS: &[Field] = &[
    Field {
        id: "time_zone",
        path: "user.time_zone",
        label: "Time zone",
    },
    Field {
        id: "language",
        path: "user.language",
        label: "Language",
    },
    Field {
        id: "theme",
        path: "user.theme",
        label: "Theme",
    },
    field("user", "Profile"),
];

#[derive(Template)]
#[template(path = "my/info.html")]
struct Info {
    page: Frame,
    form: Form,
    etag: String,
    zones: Vec<String>,
    hint: String,
    accounts: Vec<Part>,
}

/// A part in an account, in words.
struct Part {
    account: String,
    kind: &'static str,
    roles: String,
    tlds: String,
}

pub async fn get(me: SignedIn) -> Result<Response, PageError> {
    show(&me, None, StatusCode::OK).await
}

async fn show(me: &SignedIn, form: Option<Form>, code: StatusCode) -> Result<Response, PageError> {
    let mut users = me.clients.users();
    let (frame, user) = tokio::join!(
        me.frame(Tab::None, "My info"),
        users.get_profile(GetProfileRequest {})
    );
    let user = user?.into_inner();
    let form = form.unwrap_or_else(|| filled(&user));
    let now = me.times.present();
    let page = Info {
        page: frame.saying("bad", form.trouble.as_ref()),
        form,
        etag: user.etag,
        zones: zones(),
        hint: format!("Dates are shown in it, with UTC beside deadlines. Now it is {now}"),
        accounts: parts(me),
    };
    html(code, &page)
}

fn filled(user: &User) -> Form {
    let look = match user.theme() {
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::Unspecified | Theme::System => "system",
    };
    let form = Form::default()
        .with("time_zone", &user.time_zone)
        .with("language", &user.language)
        .with("theme", look);
    if user.mail_case_updates {
        form.with("mail", "true")
    } else {
        form
    }
}

fn parts(me: &SignedIn) -> Vec<Part> {
    let parts = me.session.memberships.iter().map(|membership| Part {
        account: membership.account_display_name.clone(),
        kind: words::account_kind(&membership.account_kind),
        roles: words::roles(membership.roles()),
        tlds: words::limit(&membership.tlds),
    });
    parts.collect()
}

pub async fn post(me: SignedIn, mut form: Form) -> Result<Response, PageError> {
    let user = User {
        time_zone: form.value("time_zone").to_owned(),
        language: form.value("language").to_owned(),
        theme: theme(form.value("theme")).into(),
        mail_case_updates: form.has("mail", "true"),
        etag: form.value("etag").to_owned(),
        ..Default::default()
    };
    let request = UpdateProfileRequest { user: Some(user) };
    match me.clients.users().update_profile(request).await {
        Ok(_) => {
            me.forget();
            Ok(done(urls::INFO, Some(&frame::SAVED)))
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, Some(form), code).await
        }
    }
}
