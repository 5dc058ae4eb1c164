//! What is submitted.

use std::str::FromStr;

use serde::Deserialize;

/// What is submitted. Its name is the one in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, sqlx::Type)]
#[sqlx(type_name = "report_kind", rename_all = "snake_case")]
pub enum Kind {
    #[serde(rename = "registry-escrow-report")]
    EscrowReport,
    #[serde(rename = "escrow-agent-notification")]
    EscrowNotification,
    #[serde(rename = "registrar-transactions")]
    RegistrarTransactions,
    #[serde(rename = "registry-functions-activity")]
    FunctionsActivity,
}

impl Kind {
    pub const ALL: [Self; 4] = [
        Self::EscrowReport,
        Self::EscrowNotification,
        Self::RegistrarTransactions,
        Self::FunctionsActivity,
    ];

    /// Whether it is submitted once a month; the others are about a day.
    pub fn is_monthly(self) -> bool {
        matches!(self, Self::RegistrarTransactions | Self::FunctionsActivity)
    }

    /// As in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::EscrowReport => "registry-escrow-report",
            Self::EscrowNotification => "escrow-agent-notification",
            Self::RegistrarTransactions => "registrar-transactions",
            Self::FunctionsActivity => "registry-functions-activity",
        }
    }
}

impl Kind {
    /// As the database has it.
    pub fn column(self) -> &'static str {
        match self {
            Self::EscrowReport => "escrow_report",
            Self::EscrowNotification => "escrow_notification",
            Self::RegistrarTransactions => "registrar_transactions",
            Self::FunctionsActivity => "functions_activity",
        }
    }
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or("is no interface")
    }
}
