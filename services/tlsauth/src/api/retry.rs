//! Requests that carry an id: a retry gets the answer that the first one got.

use aws_lc_rs::digest;
use nsp_kit::{
    db::Tx,
    status::{Invalid, Violations},
};
use prost::Message;
use uuid::Uuid;

use crate::{
    error::Error,
    store::requests::{self, Known},
};

/// The id of a request, which may be empty. `None` means wrong, `Some(None)` means empty.
#[expect(clippy::option_option, reason = "as in Violations::parse_optional")]
pub fn id(bad: &mut Violations, text: &str) -> Option<Option<Uuid>> {
    bad.parse_optional("request_id", text)
}

/// What the request was answered when it came first.
pub async fn answered<Answer: Message + Default>(
    tx: &mut Tx,
    id: Option<Uuid>,
    request: &impl Message,
) -> Result<Option<Answer>, Error> {
    let Some(id) = id else {
        return Ok(None);
    };
    let digest = digest::digest(&digest::SHA256, &request.encode_to_vec());
    match requests::begin(tx, id, digest.as_ref()).await? {
        Known::New => Ok(None),
        Known::Answered(answer) => Answer::decode(answer.as_slice())
            .map(Some)
            .map_err(|_| Error::Inconsistent("answer")),
        Known::Different => {
            let words = "was used for another request; take a new one";
            Err(Invalid::field("request_id", words).into())
        }
    }
}

/// Keeps the answer.
pub async fn finish(tx: &mut Tx, id: Option<Uuid>, answer: &impl Message) -> Result<(), Error> {
    match id {
        None => Ok(()),
        Some(id) => requests::finish(tx, id, &answer.encode_to_vec()).await,
    }
}
