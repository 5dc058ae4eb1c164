//! The service as its neighbours see it: wishes by NATS, mail by SMTP, lists by gRPC.

mod harness;
mod isolation;
mod mailbox;
mod neighbours;
mod sending;
