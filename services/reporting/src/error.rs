//! Everything a request to this service can fail with, and what callers see of it. What is wrong with a report is no
//! failure: that is an answer.

use nsp_kit::status::{Invalid, database, refusal, status};
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no such TLD, or it is not yours to see")]
    TldNotFound,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the object store failed")]
    Objects(#[from] object_store::Error),
    #[error("something stored does not make sense: {0}")]
    Inconsistent(&'static str),
    #[error("a document could not be written")]
    Document(#[from] std::io::Error),
    #[error(transparent)]
    Status(#[from] Status),
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => invalid.into(),
            Error::Status(status) => status,
            Error::Database(error) => database(&error),
            Error::TldNotFound => refusal(Code::NotFound, "TLD_NOT_FOUND", error.to_string()),
            Error::Objects(_) => status(Code::Unavailable, "OBJECT_STORE", &error),
            Error::Inconsistent(_) => status(Code::Internal, "INCONSISTENT", &error),
            Error::Document(_) => status(Code::Internal, "DOCUMENT", &error),
        }
    }
}
