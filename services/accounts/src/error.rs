//! Everything a request can fail with, and its code and reason on the wire.

use nsp_kit::{
    id::AccountId,
    seal::SealError,
    status::{self, Invalid},
};
use tonic::{Code, Status};

use crate::domain::{ContactName, TldLabel, TldName};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no {0}")]
    AccountNotFound(AccountId),
    #[error("there is no {0}")]
    ContactNotFound(ContactName),
    #[error(".{0} is in an account already; look it up in the list of TLDs")]
    TldTaken(TldLabel),
    #[error("there is no {0}, or it is not yours to see")]
    TldNotFound(TldName),
    #[error(
        "somebody has changed the credential since you opened it; look at it again and repeat what still makes sense"
    )]
    StaleEtag,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => invalid.into(),
            Error::AccountNotFound(_) => {
                status::refusal(Code::NotFound, "ACCOUNT_NOT_FOUND", error.to_string())
            }
            Error::ContactNotFound(_) => {
                status::refusal(Code::NotFound, "CONTACT_NOT_FOUND", error.to_string())
            }
            Error::TldTaken(_) => {
                status::refusal(Code::AlreadyExists, "TLD_TAKEN", error.to_string())
            }
            Error::TldNotFound(_) => {
                status::refusal(Code::NotFound, "TLD_NOT_FOUND", error.to_string())
            }
            Error::StaleEtag => status::refusal(Code::Aborted, "STALE_ETAG", error.to_string()),
            Error::Seal(_) => status::status(Code::Internal, "SEAL", &error),
            Error::Database(error) => status::database(&error),
        }
    }
}
