//! A comment: an answer, a word, or on a closed inquiry the wish to re-open it.

use axum::response::Response;
use nsp_proto::cases::v1::CreateCommentRequest;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, done},
    pages::cases::{Number, conversation::anchor, show},
    signed_in::Party,
    urls,
};

const FIELDS: &[Field] = &[field("body", "Comment")];

pub async fn post(Party(me): Party, number: Number, mut form: Form) -> Result<Response, PageError> {
    let request = CreateCommentRequest {
        parent: number.name(),
        body: form.value("body").to_owned(),
        request_id: form.value("request_id").to_owned(),
    };
    match me.clients.cases().create_comment(request).await {
        Ok(comment) => {
            let anchor = anchor(&comment.into_inner().name);
            let to = format!("{}#{anchor}", urls::case(&number.0));
            Ok(done(&to, Some(&frame::SENT)))
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show::show(&me, &number, &show::Part::default(), form, code).await
        }
    }
}
