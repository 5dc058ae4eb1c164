//! Everything a request to this service can fail with, and what clients see of it.

use nsp_kit::status::{Invalid, database, refusal};
use tonic::{Code, Status};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no such case, or it is not yours to see")]
    NotFound,
    #[error(
        "the case has changed since you opened it; look at it again and repeat what still makes sense"
    )]
    Stale,
    #[error("the case is closed; a comment asks ICANN to re-open it")]
    Closed,
    #[error("the case is canceled; open a new one instead")]
    Canceled,
    #[error("the case was not submitted yet")]
    NotSubmitted,
    #[error("the case is not closed")]
    NotClosed,
    #[error("the party has not asked to re-open this case")]
    ReopenNotRequested,
    #[error("decide first whether the case is re-opened")]
    ReopenUndecided,
    #[error("the party was already asked for something; wait for the answer or write a comment")]
    AlreadyAsked,
    #[error("only general inquiries can be expedited")]
    NotExpeditable,
    #[error("a case can be expedited once, and this one was")]
    AlreadyExpedited,
    #[error("nobody asked to expedite this case")]
    NotExpedited,
    #[error("the request to expedite was already decided")]
    ExpediteDecided,
    #[error("the due time must be in the future")]
    DueInPast,
    #[error("the due time must be within a year")]
    DueTooFar,
    #[error("the new due time must be before the present one")]
    DueNotSooner,
    #[error("you act for no account; choose one first")]
    NoAccount,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("a stored case does not make sense: {0}")]
    Inconsistent(&'static str),
    #[error(transparent)]
    Status(#[from] Status),
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let (code, reason) = match &error {
            Error::Invalid(_) | Error::Database(_) | Error::Status(_) => return error.into_inner(),
            Error::DueInPast | Error::DueTooFar | Error::DueNotSooner => {
                return Invalid::field("due_time", error).into();
            }
            Error::NotFound => (Code::NotFound, "CASE_NOT_FOUND"),
            Error::Stale => (Code::Aborted, "STALE_ETAG"),
            Error::Closed => (Code::FailedPrecondition, "CASE_CLOSED"),
            Error::Canceled => (Code::FailedPrecondition, "CASE_CANCELED"),
            Error::NotSubmitted => (Code::FailedPrecondition, "CASE_NOT_SUBMITTED"),
            Error::NotClosed => (Code::FailedPrecondition, "CASE_NOT_CLOSED"),
            Error::ReopenNotRequested => (Code::FailedPrecondition, "REOPEN_NOT_REQUESTED"),
            Error::ReopenUndecided => (Code::FailedPrecondition, "REOPEN_UNDECIDED"),
            Error::AlreadyAsked => (Code::FailedPrecondition, "ALREADY_ASKED"),
            Error::NotExpeditable => (Code::FailedPrecondition, "NOT_EXPEDITABLE"),
            Error::AlreadyExpedited => (Code::FailedPrecondition, "ALREADY_EXPEDITED"),
            Error::NotExpedited => (Code::FailedPrecondition, "NOT_EXPEDITED"),
            Error::ExpediteDecided => (Code::FailedPrecondition, "EXPEDITE_DECIDED"),
            Error::NoAccount => (Code::FailedPrecondition, "NO_ACCOUNT"),
            Error::Inconsistent(_) => {
                return nsp_kit::status::status(Code::Internal, "INCONSISTENT", &error);
            }
        };
        refusal(code, reason, error.to_string())
    }
}

impl Error {
    /// The errors that know their own status.
    fn into_inner(self) -> Status {
        match self {
            Self::Invalid(invalid) => invalid.into(),
            Self::Database(error) => database(&error),
            Self::Status(status) => status,
            other => nsp_kit::status::status(Code::Internal, "INTERNAL", &other),
        }
    }
}
