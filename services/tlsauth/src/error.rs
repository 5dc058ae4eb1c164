//! Everything a request to this service can fail with, and what clients see of it.

use std::time::Duration;

use nsp_kit::status::{Invalid, Violations, database, exhausted, refusal};
use sqlx::error::DatabaseError;
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no such entry, or it is not yours to see")]
    NotFound,
    #[error("there is no such grant, or it is not yours to see")]
    GrantNotFound,
    #[error("there is no such upload, or it is not yours to see")]
    UploadNotFound,
    /// The fields whose things have changed, and the words beside them.
    #[error("someone else changed it meanwhile; look at it again; nothing was changed")]
    Stale(Vec<(String, String)>),
    #[error("some of the grants are over; nothing was changed")]
    GrantEnded(Vec<(String, String)>),
    #[error("only registry service providers upload data of many registries")]
    NotAProvider,
    #[error("something is wrong with the file; have it checked to see what")]
    UploadHasErrors,
    #[error("it is decided already, or was taken back")]
    UploadDecided,
    #[error("uploads are about many TLDs, and your role is limited to some")]
    AllTldsRequired,
    #[error("you act for no account; choose one first")]
    NoAccount,
    /// How long to wait.
    #[error("your account has had many domain names looked up in the last minute")]
    TooManyChecks(Duration),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("what is stored does not make sense: {0}")]
    Inconsistent(&'static str),
    #[error("a document could not be written")]
    Document(#[from] std::io::Error),
    #[error(transparent)]
    Status(#[from] Status),
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let (code, reason) = match error {
            Error::Invalid(invalid) => return invalid.into(),
            Error::Status(status) => return status,
            Error::Database(error) => return of_database(&error),
            Error::Stale(fields) => {
                return violations(fields).refuse(Code::Aborted, "STALE_ETAG", message);
            }
            Error::GrantEnded(fields) => {
                let reason = "GRANT_ENDED";
                return violations(fields).refuse(Code::FailedPrecondition, reason, message);
            }
            Error::TooManyChecks(wait) => return exhausted("TOO_MANY_CHECKS", &message, wait),
            Error::NotFound => (Code::NotFound, "TLS_CLIENT_NOT_FOUND"),
            Error::GrantNotFound => (Code::NotFound, "GRANT_NOT_FOUND"),
            Error::UploadNotFound => (Code::NotFound, "UPLOAD_NOT_FOUND"),
            Error::NotAProvider => (Code::FailedPrecondition, "NOT_A_PROVIDER"),
            Error::UploadHasErrors => (Code::FailedPrecondition, "UPLOAD_HAS_ERRORS"),
            Error::UploadDecided => (Code::FailedPrecondition, "UPLOAD_DECIDED"),
            Error::AllTldsRequired => (Code::PermissionDenied, "ALL_TLDS_REQUIRED"),
            Error::NoAccount => (Code::FailedPrecondition, "NO_ACCOUNT"),
            Error::Inconsistent(_) => return internal("INCONSISTENT", &error),
            Error::Document(_) => return internal("DOCUMENT", &error),
        };
        refusal(code, reason, message)
    }
}

fn internal(reason: &str, error: &Error) -> Status {
    nsp_kit::status::status(Code::Internal, reason, error)
}

/// Row-level security refuses what the rule has let through when a grant ended in between: it is worth another try.
fn of_database(error: &sqlx::Error) -> Status {
    let code = error.as_database_error().and_then(DatabaseError::code);
    match code.as_deref() {
        Some("42501") => {
            let message = "what you may see has changed in this moment; try again";
            refusal(Code::Aborted, "CONFLICT", message)
        }
        _ => database(error),
    }
}

fn violations(fields: Vec<(String, String)>) -> Violations {
    let mut bad = Violations::default();
    for (field, words) in fields {
        bad.add(&field, words);
    }
    bad
}
