//! Cancels a case, after asking: it cannot be undone.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::cases::v1::CancelCaseRequest;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::cases::{Number, head::Head, show::get_case},
    signed_in::{Party, SignedIn},
    urls,
};

const FIELDS: &[Field] = &[field("reason", "Reason")];

#[derive(Template)]
#[template(path = "cases/cancel.html")]
struct Cancel {
    page: Frame,
    head: Head,
    form: Form,
}

pub async fn get(Party(me): Party, number: Number) -> Result<Response, PageError> {
    if !me.writes() {
        return Err(PageError::NotFound);
    }
    show(&me, &number, Form::default(), StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    number: &Number,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let title = format!("Cancel {}", number.0);
    let (page, case) = tokio::join!(me.frame(Tab::Cases, &title), get_case(me, number));
    let page = Cancel {
        page: page.saying("bad", form.trouble.as_ref()),
        head: Head::new(&case?, &me.times, false),
        form,
    };
    html(code, &page)
}

pub async fn post(Party(me): Party, number: Number, mut form: Form) -> Result<Response, PageError> {
    let request = CancelCaseRequest {
        name: number.name(),
        reason: form.value("reason").to_owned(),
        etag: form.value("etag").to_owned(),
    };
    match me.clients.cases().cancel_case(request).await {
        Ok(_) => Ok(done(&urls::case(&number.0), Some(&frame::CANCELED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, &number, form, code).await
        }
    }
}
