//! The edge as machines meet it: real handshakes, real NATS, and small servers in place of the services behind.

mod behind;
mod certificates;
mod client;
mod connections;
mod handshakes;
mod harness;
mod matrix;
mod mosapi;
mod policy;
mod rri;
mod without;
