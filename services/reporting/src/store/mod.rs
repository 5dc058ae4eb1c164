//! All SQL of this service, one file per table or concern.

pub mod accounts;
pub mod grants;
pub mod history;
pub mod lists;
pub mod loose;
pub mod metrica;
pub mod monitoring;
pub mod newest;
pub mod overdue;
pub mod progress;
pub mod received;
pub mod statuses;
pub mod submissions;
pub mod tlds;
