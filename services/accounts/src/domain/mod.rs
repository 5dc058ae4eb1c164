//! What accounts, TLDs and contacts are. A value that exists is valid.

mod account;
mod contact;
mod country;
mod line;
mod tld;
mod tld_label;

pub use self::{
    account::{Account, AccountKind},
    contact::{Contact, ContactId, ContactName, EmailAddress, Phone},
    country::Country,
    line::Line,
    tld::{Tld, TldState, full_date},
    tld_label::{TldLabel, TldName},
};
