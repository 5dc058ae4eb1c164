//! What the services withstand: real processes that are killed, servers that are gone or full, networks that break.
//!
//! These tests take minutes, so they are ignored unless asked for: `cargo xtask test --faults` builds the services and
//! runs them one after the other. `NSP_FAULT_SEEDS` says how many random sequences of kills there are, and
//! `NSP_FAULT_SEED` repeats one of them.

mod dice;
mod kills;
mod observer;
mod outages;
mod people;
mod post;
mod process;
mod rotation;
mod settings;
mod verify;
mod world;
mod writers;
