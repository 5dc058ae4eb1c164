//! Something that was submitted, as it is kept.

use jiff::{Timestamp, civil::Date};
use nsp_kit::id::AccountId;

use super::{Kind, Label, Problem, SubmissionId, Verification};

/// What is known of an accepted submission besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The month, as its first day, or the day.
    pub period: Date,
    pub domains: Option<u32>,
    /// Whether the deposit that it is about is a full one.
    pub full_deposit: Option<bool>,
    pub verification: Option<Verification>,
    pub last_full: Option<Date>,
}

/// A submission and what came of it.
#[derive(Debug, Clone)]
pub struct Submission {
    pub id: SubmissionId,
    pub account: AccountId,
    pub tld: Label,
    pub kind: Kind,
    /// The id in the address of an escrow report; empty for the others.
    pub external_id: String,
    pub receive_time: Timestamp,
    pub outcome: Result<Accepted, Problem>,
    /// The month or day of one that was not accepted, if it could be told.
    pub period: Option<Date>,
    pub client: String,
    pub client_address: String,
    pub size: i64,
    pub sha256: Vec<u8>,
}
