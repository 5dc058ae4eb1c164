//! The service as its clients see it: over gRPC with mutual TLS, with a real database and a real NATS.

mod accounts;
mod audit;
mod authenticator;
mod demonstration;
mod enrolment;
mod factors;
mod harness;
mod invitations;
mod isolation;
mod lost_factors;
mod members;
mod neighbours;
mod passkeys;
mod passwords;
mod people;
mod profile;
mod resets;
mod sessions;
mod sign_in;
mod signing_keys;
mod soft_locks;
mod step_up;
