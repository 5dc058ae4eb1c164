//! The documents that machines send and read.

pub mod activity;
pub mod dates;
pub mod escrow;
pub mod iirdea;
pub mod inspect;
pub mod metrica;
pub mod monitoring;
pub mod notification;
pub mod query;
pub mod received;
pub mod summary;
pub mod table;
pub mod transactions;
mod write;
pub mod xml;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
pub mod vectors;
