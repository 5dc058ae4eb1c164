//! All SQL of this service. Every function takes a transaction, which sees no further than its scope.

pub mod accounts;
pub mod checks;
pub mod client_list;
pub mod clients;
pub mod consent_list;
pub mod consents;
pub mod grants;
pub mod notices;
pub mod policies;
pub mod requests;
pub mod tlds;
pub mod uploads;
