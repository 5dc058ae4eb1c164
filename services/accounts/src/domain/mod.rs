//! What accounts, TLDs, contacts and credentials are. A value that exists is valid.

mod account;
mod contact;
mod country;
mod credential;
mod line;
mod tld;
mod tld_label;

pub use self::{
    account::{Account, AccountKind},
    contact::{Contact, ContactId, ContactName, EmailAddress, Phone},
    country::Country,
    credential::{Credential, CredentialKind, CredentialName, NewPassword, Rule, UserName},
    line::Line,
    tld::{Tld, TldState, full_date},
    tld_label::{TldLabel, TldName},
};
