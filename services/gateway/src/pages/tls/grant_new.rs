//! Grants TLDs to a provider: who, for which TLDs, for what, until when.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_kit::clock::to_proto;
use nsp_proto::tlsauth::v1::{CreateGrantsRequest, ListProvidersRequest, Provider};
use tonic::Status;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::{
        cases::show::request_id,
        choices::{Choosing, TldChoice, choices, hint},
        tls::{PART, administrator, own_tlds, words::SCOPES},
    },
    signed_in::{Party, SignedIn},
    time::Times,
    urls,
};

const FIELDS: &[Field] = &[
    field("tlds", "TLDs"),
    field("provider", "Provider"),
    field("scopes", "What they may do"),
    Field {
        id: "until",
        path: "expire_time",
        label: "Last day",
    },
];
/// How long a grant lasts that somebody begins to fill in.
const DAYS: i32 = 365;

#[derive(Template)]
#[template(path = "tls/grant_new.html")]
struct New {
    page: Frame,
    form: Form,
    tlds: Vec<TldChoice>,
    tlds_hint: String,
    providers: Vec<Provider>,
    request_id: String,
}

pub async fn get(
    party: Party,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = administrator(party)?;
    let mut form = Form::default()
        .with("scopes", "tls")
        .with("until", in_days(&me.times));
    for (key, value) in pairs {
        if key == "tld" {
            form = form.with("tlds", value);
        }
    }
    show(&me, form, Choosing::Done, StatusCode::OK).await
}

fn in_days(times: &Times) -> String {
    let day = times.field_in_days(DAYS);
    day.split('T').next().unwrap_or_default().to_owned()
}

async fn show(
    me: &SignedIn,
    mut form: Form,
    choosing: Choosing,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, tlds, providers) = tokio::join!(
        me.frame(Tab::Tls, "Let a provider in"),
        own_tlds(me, false),
        providers(me)
    );
    let tlds = choices(tlds?, &mut form, choosing);
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        tlds_hint: hint(&tlds),
        tlds,
        providers: providers?,
        request_id: request_id(&form),
        form,
    };
    html(code, &page)
}

async fn providers(me: &SignedIn) -> Result<Vec<Provider>, Status> {
    let request = ListProvidersRequest {
        page_size: PART,
        ..Default::default()
    };
    let answer = me.clients.grants().list_providers(request).await?;
    Ok(answer.into_inner().providers)
}

pub async fn post(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = administrator(party)?;
    if let Some(choosing) = Choosing::find(form.value("step")) {
        return show(&me, form, choosing, StatusCode::OK).await;
    }
    let tlds: Vec<String> = form.all("tlds").map(ToOwned::to_owned).collect();
    if tlds.is_empty() {
        form.refuse("tlds", "Choose at least one TLD.");
    }
    if form.value("provider").is_empty() {
        form.refuse("provider", "Choose a provider.");
    }
    let scopes = scopes(&mut form);
    let until = until(&mut form, &me.times);
    if !form.is_good() {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&me, form, Choosing::Done, code).await;
    }
    let request = CreateGrantsRequest {
        tlds,
        provider: form.value("provider").to_owned(),
        scopes,
        expire_time: until.map(to_proto),
        request_id: form.value("request_id").to_owned(),
    };
    match me.clients.grants().create_grants(request).await {
        Ok(_) => Ok(done(urls::TLS_GRANTS, Some(&frame::TLS_GRANTED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, form, Choosing::Done, code).await
        }
    }
}

/// The scopes that are ticked.
pub fn scopes(form: &mut Form) -> Vec<i32> {
    let ticked = SCOPES.iter().filter(|scope| form.has("scopes", scope.id));
    let scopes: Vec<i32> = ticked.map(|scope| scope.scope.into()).collect();
    if scopes.is_empty() {
        form.refuse("scopes", "Choose what they may do.");
    }
    scopes
}

/// The end of the day that was typed.
pub fn until(form: &mut Form, times: &Times) -> Option<jiff::Timestamp> {
    let until = times.day(form.value("until").trim(), 1);
    if until.is_none() {
        form.refuse("until", "Enter the last day, such as 2027-11-30.");
    }
    until
}
