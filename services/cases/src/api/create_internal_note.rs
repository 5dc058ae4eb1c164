//! Adds a note that only staff see.

use nsp_kit::{
    call::Call,
    events::{About, audit},
    status::Violations,
};
use nsp_proto::cases::v1 as pb;

use super::convert::author;
use crate::{
    domain::{InternalNote, InternalNoteId},
    error::Error,
    store,
};

pub async fn create_internal_note(
    call: &Call,
    request: pb::CreateInternalNoteRequest,
) -> Result<pb::InternalNote, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let name = bad.parse("parent", &request.parent);
    let body = bad.parse("body", &request.body);
    let request_id = bad.parse_optional("request_id", &request.request_id);
    let ((name, body), request_id) = bad.finish(name.zip(body).zip(request_id))?;

    let mut tx = call.begin().await?;
    let case = store::cases::lock(&mut tx, name).await?;
    let id = InternalNoteId::new();
    let note = InternalNote {
        id,
        case: case.id,
        author,
        body,
        create_time: call.now,
        request_id,
    };
    let (note, added) = store::notes::insert(&mut tx, note).await?;
    if added {
        // No event: not even that there is a note leaves this service.
        audit(&mut tx, &About::new(&case.id, None), "note.created").await?;
    }
    tx.commit().await?;
    Ok(note.into())
}
