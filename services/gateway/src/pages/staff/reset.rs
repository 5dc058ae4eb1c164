//! Resets what a user has lost (second half of ID-8), after asking how it was verified who they are.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::identity::v1::{ResetFactorsRequest, UserRecord};

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::{cases::resource, staff::user::find},
    signed_in::{SignedIn, Staff},
    urls,
};

const FIELDS: &[Field] = &[field("verification", "How you verified it")];

#[derive(Template)]
#[template(path = "staff/reset.html")]
struct Reset {
    page: Frame,
    form: Form,
    user: UserRecord,
}

pub async fn get(Staff(me): Staff, id: Path<String>) -> Result<Response, PageError> {
    show(
        &me,
        resource("users", &id)?,
        Form::default(),
        StatusCode::OK,
    )
    .await
}

async fn show(
    me: &SignedIn,
    name: String,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, user) = tokio::join!(me.frame(Tab::Users, "Reset lost factors"), find(me, name));
    let page = Reset {
        page: page.saying("bad", form.trouble.as_ref()),
        form,
        user: user?,
    };
    html(code, &page)
}

pub async fn post(
    Staff(me): Staff,
    id: Path<String>,
    mut form: Form,
) -> Result<Response, PageError> {
    let name = resource("users", &id)?;
    let request = ResetFactorsRequest {
        name: name.clone(),
        verification: form.value("verification").to_owned(),
    };
    match me.clients.users().reset_factors(request).await {
        Ok(_) => Ok(done(&urls::staff_user(&name), Some(&frame::FACTORS_RESET))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, name, form, code).await
        }
    }
}
