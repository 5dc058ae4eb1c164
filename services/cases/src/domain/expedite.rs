//! A request for a shorter time (CASE-4).

use jiff::Timestamp;

use super::Reason;

/// A request for a shorter time and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expedite {
    pub reason: Reason,
    pub requested: Timestamp,
    /// None while ICANN has not decided.
    pub decision: Option<Decision>,
}

/// ICANN's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub approved: bool,
    pub at: Timestamp,
    /// Why not; may be missing when it was approved.
    pub reason: Option<Reason>,
}
