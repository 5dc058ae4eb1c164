//! What every handler can reach.

use nsp_kit::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::Clients,
    config::{Config, Development, Portal},
    limits::Limits,
    live::Live,
    session::Sessions,
};

/// The gateway, as its handlers see it.
pub struct App {
    pub portal: Portal,
    pub development: Development,
    /// Calls as the gateway itself; `SignedIn` has the ones that act for a person.
    pub clients: Clients,
    pub sessions: Sessions,
    pub live: Live,
    pub limits: Limits,
    pub clock: Clock,
    pub stop: CancellationToken,
}

impl App {
    pub fn new(
        config: Config,
        clients: Clients,
        nats: async_nats::Client,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        Self {
            portal: config.portal,
            development: config.development,
            sessions: Sessions::new(clients.clone(), clock.clone(), nats),
            clients,
            live: Live::new(),
            limits: Limits::new(),
            clock,
            stop,
        }
    }
}
