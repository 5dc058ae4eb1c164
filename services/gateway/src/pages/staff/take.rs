//! Takes a case.

use axum::response::Response;
use nsp_proto::cases::v1::TakeCaseRequest;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, done},
    pages::{
        cases::Number,
        staff::case::{Beside, show},
    },
    signed_in::Staff,
    urls,
};

pub async fn post(Staff(me): Staff, number: Number, mut form: Form) -> Result<Response, PageError> {
    let request = TakeCaseRequest {
        name: number.name(),
        etag: form.value("etag").to_owned(),
    };
    match me.clients.cases().take_case(request).await {
        Ok(_) => Ok(done(&urls::staff_case(&number.0), Some(&frame::TAKEN))),
        Err(status) => {
            let code = form.refused(status, &[])?;
            show(&me, &number, &Beside::default(), None, form, code).await
        }
    }
}
