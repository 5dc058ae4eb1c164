//! What a registry grants a service provider (TLS-8).

use std::str::FromStr;

use jiff::Timestamp;
use nsp_kit::id::AccountId;

use super::{GrantId, Label};

/// What a service provider may work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    TlsData,
    Windows,
    Reports,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::TlsData, Self::Windows, Self::Reports];

    /// As the database writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::TlsData => "tls-data",
            Self::Windows => "windows",
            Self::Reports => "reports",
        }
    }
}

impl FromStr for Scope {
    type Err = &'static str;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let scope = Self::ALL.into_iter().find(|scope| scope.code() == code);
        scope.ok_or("is not a scope")
    }
}

/// Whether a grant is in force, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "grant_state", rename_all = "snake_case")]
pub enum State {
    Active,
    Expired,
    Revoked,
    TldMoved,
}

/// A registry lets a service provider work on a TLD.
#[derive(Debug, Clone)]
pub struct Grant {
    pub id: GrantId,
    pub tld: Label,
    /// Who gave it.
    pub account: AccountId,
    pub account_name: String,
    /// Who received it.
    pub provider: AccountId,
    pub provider_name: String,
    pub scopes: Vec<Scope>,
    pub expire_time: Timestamp,
    pub state: State,
    pub end_time: Option<Timestamp>,
    pub creator: String,
    pub creator_name: String,
    pub create_time: Timestamp,
    pub version: i64,
    /// How many entries depend on it.
    pub client_count: i64,
}

impl Grant {
    /// Whether it is in force at `now`: the job that ends grants comes a moment after their time.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.state == State::Active && now < self.expire_time
    }

    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Ends it, for the reason that `state` is.
    pub fn end(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.end_time = Some(now);
        self.version += 1;
    }
}
