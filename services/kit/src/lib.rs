//! What every service shares.

pub mod admin;
pub mod auth;
pub mod call;
pub mod client;
pub mod clock;
pub mod command;
pub mod config;
pub mod db;
pub mod events;
pub mod host;
pub mod id;
pub mod jobs;
pub mod page;
pub mod prefix;
#[cfg(feature = "testing")]
pub mod proxy;
pub mod rate;
pub mod seal;
pub mod secret;
pub mod server;
pub mod soft_lock;
pub mod status;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testbed;
pub mod tls;
