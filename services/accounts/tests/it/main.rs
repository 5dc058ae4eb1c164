//! The service as its clients see it: over gRPC, with a real database and a real NATS.

mod accounts;
mod credentials;
mod demo;
mod harness;
mod isolation;
mod tlds;
mod verifying;
