//! Recurrence rules (RFC 5545), as far as windows need them: rules about days, with an end, on the wall clock of a zone.
//!
//! Parts about hours, minutes, seconds, weeks of the year and days of the year are refused by name. A crate for all of
//! RFC 5545 exists, but brings a second library of time with time zones of its own, which would not always agree with
//! ours.

mod days;
mod expand;
mod rule;
#[cfg(test)]
mod tests;

pub use expand::{Adjustment, Expansion, Occurrence};
pub use rule::Rule;
