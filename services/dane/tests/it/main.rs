//! Everything from the outside: real certificates, and a real DNS with signed zones.

mod caching;
mod certificates;
mod reading;
mod resolving;
mod strange;
