//! The service as its clients see it: over gRPC with mutual TLS, with a real database and a real NATS.

mod accepting;
mod bodies;
mod by_the_clock;
mod granted;
mod harness;
mod interrupted;
mod lists;
mod metrica;
mod monitoring;
mod monthly;
mod reading;
mod refusing;
mod scope;
