//! How far a case has come (CASE-2), and whose turn it is.

use jiff::Timestamp;

use super::Body;

/// How far a case has come. What only exists in one status is in that status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Submitted, and nobody at ICANN has taken it.
    New,
    /// Saved and not submitted; never a general inquiry.
    NotSubmitted,
    /// ICANN works on it.
    InProgress,
    /// The party commented on a closed inquiry; ICANN decides.
    ReopenRequested,
    /// ICANN asked the party for something.
    ActionRequired {
        question: Body,
        asked: Timestamp,
        due: Timestamp,
    },
    Canceled {
        at: Timestamp,
    },
    Closed {
        at: Timestamp,
    },
}

/// Who has to do something next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Party,
    Icann,
    Nobody,
}

impl Status {
    pub fn turn(&self) -> Turn {
        match self {
            Self::NotSubmitted | Self::ActionRequired { .. } => Turn::Party,
            Self::New | Self::InProgress | Self::ReopenRequested => Turn::Icann,
            Self::Canceled { .. } | Self::Closed { .. } => Turn::Nobody,
        }
    }

    /// Closed or canceled.
    pub fn is_over(&self) -> bool {
        self.turn() == Turn::Nobody
    }

    /// What people call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::New => "New",
            Self::NotSubmitted => "Not Submitted",
            Self::InProgress => "ICANN – In Progress",
            Self::ReopenRequested => "Re-Open Requested",
            Self::ActionRequired { .. } => "Portal User Action Required",
            Self::Canceled { .. } => "Canceled",
            Self::Closed { .. } => "Closed",
        }
    }
}
