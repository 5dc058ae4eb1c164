//! All SQL of identity. Every function takes a transaction of the caller's scope; the policies of the tables see to it
//! that nobody reaches another person's rows.

pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod enrolments;
pub mod factors;
pub mod invitations;
pub mod members;
pub mod memberships;
pub mod passkeys;
pub mod passwords;
pub mod recovery_codes;
pub mod resets;
pub mod sessions;
pub mod signing_keys;
pub mod soft_locks;
pub mod users;
