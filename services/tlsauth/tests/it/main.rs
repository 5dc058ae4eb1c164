//! The service as its clients see it: over gRPC with mutual TLS, with a real database and a real NATS.

mod checks;
mod daily;
mod demonstration;
mod entries;
mod events;
mod grants;
mod harness;
mod lists;
mod names;
mod policy;
mod scope;
mod uploads;
