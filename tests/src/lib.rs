//! The whole system in one process, and those who use it: what whole-system tests start from.

pub mod browser;
pub mod people;
pub mod world;
