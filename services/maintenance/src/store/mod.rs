//! All SQL of this service, one file per table or concern.

pub mod accounts;
pub mod catalogue;
pub mod due;
pub mod feeds;
pub mod grants;
pub mod list;
pub mod overlaps;
pub mod requests;
mod row;
pub mod schedules;
pub mod tlds;
pub mod windows;
