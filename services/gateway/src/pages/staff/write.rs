//! A reply, which the party sees, or an internal note, which it never does.

use axum::response::Response;
use nsp_proto::cases::v1::{CreateCommentRequest, CreateInternalNoteRequest};
use tonic::Status;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, done},
    pages::{
        cases::{Number, conversation::anchor},
        staff::case::{Beside, show},
    },
    signed_in::{SignedIn, Staff},
    urls,
};

const FIELDS: &[Field] = &[field("body", "Text")];

pub async fn post(Staff(me): Staff, number: Number, mut form: Form) -> Result<Response, PageError> {
    // Anything but the two words is refused: a note must not become a reply by accident, nor the other way round.
    let note = match form.value("kind") {
        "note" => true,
        "reply" => false,
        _ => return Err(PageError::Malformed),
    };
    match write(&me, &number, &form, note).await {
        Ok(name) => {
            let to = format!("{}#{}", urls::staff_case(&number.0), anchor(&name));
            Ok(done(
                &to,
                Some(if note { &frame::NOTED } else { &frame::REPLIED }),
            ))
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, &number, &Beside::default(), None, form, code).await
        }
    }
}

async fn write(me: &SignedIn, number: &Number, form: &Form, note: bool) -> Result<String, Status> {
    let mut cases = me.clients.cases();
    let parent = number.name();
    let body = form.value("body").to_owned();
    let request_id = form.value("request_id").to_owned();
    if note {
        let request = CreateInternalNoteRequest {
            parent,
            body,
            request_id,
        };
        Ok(cases.create_internal_note(request).await?.into_inner().name)
    } else {
        let request = CreateCommentRequest {
            parent,
            body,
            request_id,
        };
        Ok(cases.create_comment(request).await?.into_inner().name)
    }
}
