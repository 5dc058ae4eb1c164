//! Everything a request to this service can fail with, and what clients see of it.

use nsp_kit::status::{Invalid, Violations, database, refusal};
use tonic::{Code, Status};

use crate::domain::Refusal;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no such window, or it is not yours to see")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The fields whose windows overlap others, and the words beside them.
    #[error("an enabled window of the same TLD and service is in the way")]
    Overlap(Vec<(String, String)>),
    /// The names of windows that cannot be deleted, and why.
    #[error("some of the windows cannot be deleted; none was")]
    NotDeletable(Vec<(String, String)>),
    #[error("there is no such schedule")]
    ScheduleNotFound,
    #[error("no account holds that TLD")]
    TldNotFound,
    #[error("there are more windows than one document holds; choose a TLD or a shorter time")]
    ExportTooLarge,
    #[error("the account has no calendar feed, or it is not yours to see")]
    FeedNotFound,
    #[error("the account has a calendar feed already")]
    FeedExists,
    #[error("the calendar feed shows every TLD of the account, and your role is limited to some")]
    FeedForAllTlds,
    #[error("you act for no account; choose one first")]
    NoAccount,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("a stored window does not make sense: {0}")]
    Inconsistent(&'static str),
    #[error("no random bytes")]
    Random,
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
            Error::Refused(Refusal::Fields(fields)) => {
                let fields = fields.into_iter();
                let fields = fields.map(|(field, words)| (format!("window.{field}"), words));
                return violations(fields.collect())
                    .finish(None::<()>)
                    .map_or_else(Self::from, |()| Self::internal(message));
            }
            Error::Overlap(fields) => {
                return violations(fields).refuse(Code::FailedPrecondition, "OVERLAP", message);
            }
            Error::NotDeletable(names) => {
                let reason = "WINDOWS_NOT_DELETABLE";
                return violations(names).refuse(Code::FailedPrecondition, reason, message);
            }
            Error::NotFound => (Code::NotFound, "WINDOW_NOT_FOUND"),
            Error::Refused(ref refusal) => of_refusal(refusal),
            Error::ScheduleNotFound => (Code::NotFound, "SCHEDULE_NOT_FOUND"),
            Error::TldNotFound => (Code::NotFound, "TLD_NOT_FOUND"),
            Error::ExportTooLarge => (Code::FailedPrecondition, "EXPORT_TOO_LARGE"),
            Error::FeedNotFound => (Code::NotFound, "FEED_NOT_FOUND"),
            Error::FeedExists => (Code::AlreadyExists, "FEED_EXISTS"),
            Error::FeedForAllTlds => (Code::PermissionDenied, "FEED_FOR_ALL_TLDS"),
            Error::NoAccount => (Code::FailedPrecondition, "NO_ACCOUNT"),
            Error::Inconsistent(_) => return internal("INCONSISTENT", &error),
            Error::Random => return internal("RANDOM", &error),
            Error::Document(_) => return internal("DOCUMENT", &error),
        };
        refusal(code, reason, message)
    }
}

fn internal(reason: &str, error: &Error) -> Status {
    nsp_kit::status::status(Code::Internal, reason, error)
}

/// The code and the reason with which one window refuses; also the reason that `Problem`s of the API give.
pub fn of_refusal(refusal: &Refusal) -> (Code, &'static str) {
    match refusal {
        Refusal::Past => (Code::FailedPrecondition, "WINDOW_PAST"),
        Refusal::Started | Refusal::Ongoing => (Code::FailedPrecondition, "WINDOW_ONGOING"),
        Refusal::Stale => (Code::Aborted, "STALE_ETAG"),
        Refusal::Fields(_) => (Code::InvalidArgument, "INVALID_FIELDS"),
    }
}

/// The constraint holds what the rule has missed, which takes two replicas whose locks failed: it is worth another try.
fn of_database(error: &sqlx::Error) -> Status {
    let constraint = error
        .as_database_error()
        .and_then(|error| error.constraint());
    match constraint {
        Some("windows_overlap") => {
            let message = "someone else entered a window at the same time; check it again";
            refusal(Code::Aborted, "CONFLICT", message)
        }
        // One of a machine's schedule was moved to where another one of it is.
        Some("windows_external") => {
            let words = "has a window of the same schedule already, which a machine entered";
            Invalid::field("window.service", words).into()
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
