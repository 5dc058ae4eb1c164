//! All SQL of this service. Every query repeats the scope of its transaction; the database checks it again.

pub mod mailbox;
pub mod messages;
