//! An entry where it belongs: of which TLD, made by whom.

use jiff::Timestamp;
use nsp_kit::id::AccountId;
use uuid::Uuid;

use super::{Entry, GrantId, Label, TlsClientName};

/// How an entry came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "entry_origin", rename_all = "snake_case")]
pub enum Origin {
    Portal,
    Upload,
}

/// An entry of a TLD.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: Uuid,
    pub tld: Label,
    /// Who holds the TLD.
    pub account: AccountId,
    /// Empty while the account is not known.
    pub account_name: String,
    pub entry: Entry,
    /// The service provider that made it, if one did.
    pub provider: Option<AccountId>,
    pub provider_name: String,
    /// What it ends with.
    pub grant: Option<GrantId>,
    pub expire_time: Option<Timestamp>,
    pub origin: Origin,
    pub creator: String,
    pub creator_name: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub version: i64,
}

impl Client {
    pub fn name(&self) -> TlsClientName {
        TlsClientName {
            tld: self.tld.clone(),
            id: self.id,
        }
    }

    /// Whether `account` may change it, provided it sees it: the registry may, and the service provider whose it is.
    pub fn is_changeable_by(&self, account: AccountId) -> bool {
        self.account == account || self.provider == Some(account)
    }
}
