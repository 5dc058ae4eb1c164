//! Everything a request can fail with, and its code and reason on the wire.

use nsp_kit::status::{self, Invalid};
use tonic::{Code, Status};

use crate::domain::MailboxMessageId;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no {0}; the mailbox keeps the last 1,000")]
    MailboxMessageNotFound(MailboxMessageId),
    #[error("there is no mailbox here; development.enabled turns it on")]
    NoMailbox,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => invalid.into(),
            Error::MailboxMessageNotFound(_) => status::refusal(
                Code::NotFound,
                "MAILBOX_MESSAGE_NOT_FOUND",
                error.to_string(),
            ),
            Error::NoMailbox => {
                status::refusal(Code::Unimplemented, "NO_MAILBOX", error.to_string())
            }
            Error::Database(error) => status::database(&error),
        }
    }
}
