//! What only a developer's portal has.

pub mod components;
pub mod mail;
