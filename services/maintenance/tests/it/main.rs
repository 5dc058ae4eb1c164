//! The service as its clients see it: over gRPC with mutual TLS, with a real database and a real NATS.

mod by_the_clock;
mod creating;
mod deleting;
mod demonstration;
mod documents;
mod events;
mod granted;
mod harness;
mod lists;
mod measure;
mod model;
mod schedules;
mod scope;
mod updating;
