//! What can be found out about a submission or a query. The codes and words for it are settings.

use serde::Deserialize;

/// What a submission is answered with; the names of the table `results` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Accepted,
    InvalidXml,
    InvalidCsv,
    MonthFinal,
    NegativeNumber,
    DateInFuture,
    MonthNotOver,
    UnsupportedVersion,
    IdMismatch,
    InterfaceDisabled,
    BeforeCreation,
    TotalsMismatch,
    NotAccredited,
    TotalsWithId,
    WrongEncoding,
    InvalidDate,
    NotificationInFuture,
    TldMismatch,
    DifferentialOnFullDay,
    BothDomainCounts,
    TldMissing,
    UnexpectedRcdn,
    RepeatedCount,
    InvalidName,
    BeforeDeployment,
}

impl Finding {
    pub const ALL: [Self; 25] = [
        Self::Accepted,
        Self::InvalidXml,
        Self::InvalidCsv,
        Self::MonthFinal,
        Self::NegativeNumber,
        Self::DateInFuture,
        Self::MonthNotOver,
        Self::UnsupportedVersion,
        Self::IdMismatch,
        Self::InterfaceDisabled,
        Self::BeforeCreation,
        Self::TotalsMismatch,
        Self::NotAccredited,
        Self::TotalsWithId,
        Self::WrongEncoding,
        Self::InvalidDate,
        Self::NotificationInFuture,
        Self::TldMismatch,
        Self::DifferentialOnFullDay,
        Self::BothDomainCounts,
        Self::TldMissing,
        Self::UnexpectedRcdn,
        Self::RepeatedCount,
        Self::InvalidName,
        Self::BeforeDeployment,
    ];
}

/// The first thing that is wrong with a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub finding: Finding,
    /// What exactly, for the one who has to mend it; may be empty.
    pub description: String,
}

impl Problem {
    pub fn new(finding: Finding, description: impl Into<String>) -> Self {
        // It may quote what was sent: at any length, and with NUL, which PostgreSQL keeps in no text.
        let mut description = description.into().replace('\0', "\u{fffd}");
        if let Some((end, _)) = description.char_indices().nth(MAX_DESCRIPTION) {
            description.truncate(end);
            description.push('…');
        }
        Self {
            finding,
            description,
        }
    }
}

const MAX_DESCRIPTION: usize = 500;

/// What is wrong with a query of MoSAPI; the names of the table `errors` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryError {
    SpanTooLong,
    EndBeforeStart,
    InvalidStart,
    InvalidEnd,
    InvalidQuery,
}

impl QueryError {
    pub const ALL: [Self; 5] = [
        Self::SpanTooLong,
        Self::EndBeforeStart,
        Self::InvalidStart,
        Self::InvalidEnd,
        Self::InvalidQuery,
    ];
}
