//! Contracted parties, and those who want to become one.

use jiff::Timestamp;
use nsp_kit::id::AccountId;
use serde::Deserialize;

use super::{Country, Line};

/// A contracted party, or one that wants to become one.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: AccountId,
    pub display_name: Line<200>,
    pub kind: AccountKind,
    pub country: Country,
    /// ICANN's contact for the account.
    pub engagement_manager: Option<Line<200>>,
    pub create_time: Timestamp,
}

/// What a party is to ICANN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum AccountKind {
    RegistryOperator,
    Registrar,
    Applicant,
    RegistryServiceProvider,
    CctldManager,
}
