//! The service as its clients see it: over gRPC with mutual TLS, with a real database and a real NATS.

mod bad_input;
mod demonstration;
mod harness;
mod lifecycle;
mod lists;
mod messages;
mod scope;
