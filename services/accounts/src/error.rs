//! Everything a request can fail with, and its code and reason on the wire.

use nsp_kit::{
    id::AccountId,
    status::{self, Invalid},
};
use tonic::{Code, Status};

use crate::domain::{ContactName, TldLabel};

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
            Error::Database(error) => status::database(&error),
        }
    }
}
