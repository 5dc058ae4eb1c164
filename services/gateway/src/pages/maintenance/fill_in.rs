//! New windows, first step: what, where and when (MW-2).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::maintenance::v1::Service;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{Frame, Tab, html},
    pages::{
        choices::{Choosing, TldChoice, choices, hint},
        maintenance::{
            catalogue,
            tlds::tlds,
            when::{self, When},
        },
    },
    signed_in::SignedIn,
};

#[derive(Template)]
#[template(path = "maintenance/new.html")]
struct New {
    page: Frame,
    form: Form,
    tlds: Vec<TldChoice>,
    tlds_hint: String,
    services: Vec<Service>,
    when: Vec<When>,
    every: String,
}

pub async fn show(
    me: &SignedIn,
    mut form: Form,
    choosing: Choosing,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, tlds, services) = tokio::join!(
        me.frame(Tab::Maintenance, "Add maintenance windows"),
        tlds(me),
        catalogue(me)
    );
    let tlds = choices(tlds?, &mut form, choosing);
    let every = form.value("every");
    let every = if every.is_empty() { "1" } else { every }.to_owned();
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        tlds_hint: hint(&tlds),
        tlds,
        services: services?,
        when: when::fields(&[when::START, when::END], &form, &me.times),
        every,
        form,
    };
    html(code, &page)
}
