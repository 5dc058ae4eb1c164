//! Bulk uploads and what registries say to them (TLS-3).

use jiff::Timestamp;
use nsp_kit::id::AccountId;
use uuid::Uuid;

use super::{ConsentName, UploadId};

/// Where the part of an upload stands that is one registry's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "consent_state", rename_all = "snake_case")]
pub enum ConsentState {
    Pending,
    Approved,
    Objected,
    Lapsed,
    Withdrawn,
}

/// An upload of a service provider.
#[derive(Debug, Clone)]
pub struct Upload {
    pub id: UploadId,
    pub account: AccountId,
    pub account_name: String,
    pub attestation: String,
    pub attester: String,
    pub creator: String,
    pub creator_name: String,
    pub create_time: Timestamp,
    pub withdraw_time: Option<Timestamp>,
    pub row_count: i32,
    pub tld_count: i32,
    /// How many registries have not decided.
    pub pending_count: i64,
}

/// The part of an upload that is one registry's business.
#[derive(Debug, Clone)]
pub struct Consent {
    pub id: Uuid,
    pub upload: UploadId,
    /// The registry.
    pub account: AccountId,
    pub account_name: String,
    pub provider: AccountId,
    pub provider_name: String,
    pub attestation: String,
    pub attester: String,
    pub state: ConsentState,
    pub tlds: Vec<String>,
    pub row_count: i32,
    pub create_time: Timestamp,
    pub notify_time: Option<Timestamp>,
    pub due_time: Option<Timestamp>,
    pub decide_time: Option<Timestamp>,
    pub decider: String,
    pub decider_name: String,
    pub objection: String,
}

impl Consent {
    pub fn name(&self) -> ConsentName {
        ConsentName {
            upload: self.upload,
            id: self.id,
        }
    }

    /// What the registry is called, or which one it is while nobody has told.
    pub fn registry(&self) -> String {
        named(&self.account_name, self.account)
    }

    /// What the service provider is called.
    pub fn maker(&self) -> String {
        named(&self.provider_name, self.provider)
    }

    /// Decides it, if it is not decided yet.
    pub fn decide(&mut self, state: ConsentState, now: Timestamp) -> bool {
        let pending = self.state == ConsentState::Pending;
        if pending {
            self.state = state;
            self.decide_time = Some(now);
        }
        pending
    }
}

fn named(name: &str, account: AccountId) -> String {
    if name.is_empty() {
        account.to_string()
    } else {
        name.to_owned()
    }
}
