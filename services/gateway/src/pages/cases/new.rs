//! A new general inquiry (CASE-3), alone or in continuation of a closed one.

use askama::Template;
use axum::{extract::Query, response::Response};
use http::StatusCode;
use nsp_proto::cases::v1::{Case, CreateCaseRequest};
use serde::Deserialize;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::cases::{
        Number,
        list::tlds,
        show::{get_case, request_id},
    },
    signed_in::{Party, SignedIn},
    urls,
    words::Label,
};

const FIELDS: &[Field] = &[
    field("subject", "Subject"),
    field("description", "Description"),
    field("tlds", "TLDs"),
    field("follows", "The case this one continues"),
];

/// The closed inquiry that the new one continues.
#[derive(Debug, Deserialize)]
pub struct After {
    #[serde(default)]
    follows: String,
}

#[derive(Template)]
#[template(path = "cases/new.html")]
struct New {
    page: Frame,
    form: Form,
    tlds: Vec<Label>,
    follows: Option<Case>,
    continues: String,
    request_id: String,
}

pub async fn get(Party(me): Party, Query(after): Query<After>) -> Result<Response, PageError> {
    let form = Form::default().with("follows", after.follows);
    show(&me, form, StatusCode::OK).await
}

async fn show(me: &SignedIn, mut form: Form, code: StatusCode) -> Result<Response, PageError> {
    if !me.writes() {
        return Err(PageError::NotFound);
    }
    let (page, tlds, follows) = tokio::join!(
        me.frame(Tab::Cases, "New inquiry"),
        tlds(me),
        followed(me, form.value("follows"))
    );
    let follows = follows?;
    // Only a form that was not filled in yet takes over the TLDs.
    if let Some(case) = &follows
        && form.value("request_id").is_empty()
    {
        for tld in &case.tlds {
            form = form.with("tlds", tld);
        }
    }
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        request_id: request_id(&form),
        form,
        tlds: tlds?,
        continues: follows
            .as_ref()
            .map(|case| {
                format!(
                    "It continues {}, which is closed: {}",
                    case.number, case.subject
                )
            })
            .unwrap_or_default(),
        follows,
    };
    html(code, &page)
}

async fn followed(me: &SignedIn, number: &str) -> Result<Option<Case>, PageError> {
    if number.is_empty() {
        return Ok(None);
    }
    Ok(Some(get_case(me, &Number(number.to_owned())).await?))
}

pub async fn post(Party(me): Party, mut form: Form) -> Result<Response, PageError> {
    let follows = form.value("follows");
    let request = CreateCaseRequest {
        subject: form.value("subject").to_owned(),
        description: form.value("description").to_owned(),
        tlds: form.all("tlds").map(ToOwned::to_owned).collect(),
        follows: if follows.is_empty() {
            String::new()
        } else {
            format!("cases/{follows}")
        },
        request_id: form.value("request_id").to_owned(),
    };
    match me.clients.cases().create_case(request).await {
        Ok(case) => Ok(done(
            &urls::case(&case.into_inner().number),
            Some(&frame::SUBMITTED),
        )),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, form, code).await
        }
    }
}
