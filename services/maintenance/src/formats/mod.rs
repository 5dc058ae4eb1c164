//! Windows as documents that other programs read.

pub mod icalendar;
pub mod rfc9167;
