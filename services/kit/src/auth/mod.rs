//! Who calls, and whether they may: tokens of persons, certificates of services, and the layer that checks both.

mod actor;
mod authorize;
mod keys;
mod revoked;
mod token;

pub use self::{
    actor::{Actor, FRESH, Person, Scope},
    authorize::{Authorizer, authorize},
    keys::{Keys, VerifyingKey},
    revoked::Revoked,
    token::{Claims, TokenError, sign, verify},
};
