//! What is the person's own: profile, looks, factors, sessions, the account acted for.

pub mod account;
pub mod codes;
pub mod factors;
pub mod info;
pub mod passkeys;
pub mod password;
pub mod security;
pub mod sessions;
pub mod theme;
