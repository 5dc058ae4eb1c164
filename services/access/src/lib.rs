//! The mTLS edge: RRI and MoSAPI for machines. It keeps nothing on disk.
//!
//! A connection comes in by [`listener`]; a request goes to [`http`], which asks [`decision`] (certificates, from the
//! [`policy`] and what DANE says, [`vouching`]), [`basic`] (passwords) or [`sessions`] whether it may, and passes it on
//! to the services [`behind`]. The rule: decide from memory, fail closed for strangers, keep working for known clients
//! when everything behind is down.

mod basic;
mod behind;
mod config;
mod counters;
mod decision;
mod http;
mod listener;
mod policy;
mod sessions;
mod vouching;

use std::sync::Arc;

use jiff::SignedDuration;
use nsp_dane::{Lookup, Resolver};
use nsp_kit::{
    admin::{self, Readiness},
    clock::Clock,
    host::{Listeners, connect_nats},
    tls::Certificates,
};
use tokio_util::sync::CancellationToken;

pub use crate::config::{
    Addresses, BasicSettings, Certificates as CertificateSettings, Config, Contract, Limits,
    PolicySettings, Server, SessionSettings,
};
use crate::{
    basic::Basic,
    behind::Behind,
    http::{Edge, Routes},
    listener::{Listener, ServerCertificate},
    policy::{
        Snapshot,
        follow::{Policy, Unusable},
    },
    sessions::{CertificateSessions, Sessions},
    vouching::Vouching,
};

/// As in its certificate.
pub const SERVICE: &str = "access";
/// `config.toml`.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// What `benches` measures.
pub mod bench {
    pub use crate::{
        decision::{Decision, Proof, Question, decide},
        policy::{Snapshot, Tld, roles::Roles},
    };
}

/// Serves machines until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let resolver = Resolver::new(&config.dane)?;
    Box::pin(run_with(config, listeners, clock, stop, resolver)).await
}

/// The same, asking somebody else about TLSA records.
pub async fn run_with<L: Lookup>(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
    lookup: L,
) -> anyhow::Result<()> {
    let certificates = Certificates::load(&config.tls)?;
    let server = ServerCertificate::load(&config.server.certificate, &config.server.key)?;
    let nats = connect_nats(SERVICE, &config.nats).await?;
    let stale = SignedDuration::from_mins(config.policy.stale_minutes.into());
    let policy = Policy::new(&config.policy.bucket, stale, clock.clone());
    let vouching = Vouching::new(lookup, &config.dane, clock.clone());
    let edge = Arc::new(Edge {
        routes: Routes::new(&config.contract)?,
        policy: policy.clone(),
        vouching: vouching.clone(),
        basic: Basic::new(&config.basic, clock.clone())?,
        sessions: Sessions::new(&config.sessions),
        certificate_sessions: CertificateSessions::new(config.sessions.per_certificate),
        behind: Behind::connect(&config.clients, &certificates)?,
        clock,
        config,
    });
    let listener = Listener::new(
        Arc::clone(&edge),
        Arc::clone(&server),
        &edge.config.server,
        edge.config.limits.clone(),
        stop.clone(),
    );
    let warm = |snapshot: Arc<Snapshot>| {
        let vouching = vouching.clone();
        async move {
            // A slow DNS must not hold up the policy.
            tokio::spawn(async move { vouching.warm(&snapshot).await });
        }
    };
    tokio::try_join!(
        listener.serve(listeners.main),
        admin::serve(listeners.admin, Ready(policy.clone()), stop.clone()),
        until(&stop, certificates.reload()),
        until(&stop, server.reload()),
        until(&stop, policy.follow(&nats, warm)),
        until(&stop, vouching.refresh()),
        until(
            &stop,
            edge.basic.follow(&nats, |credential, version| {
                edge.sessions.changed(credential, version);
            })
        ),
    )?;
    Ok(())
}

/// The edge is ready when it can decide. It needs nobody else for that.
#[derive(Clone)]
struct Ready(Policy);

impl Readiness for Ready {
    async fn missing(&self) -> Vec<&'static str> {
        match self.0.usable() {
            Ok(_) => Vec::new(),
            Err(Unusable::Missing) => vec!["policy"],
            Err(Unusable::Stale) => vec!["a policy that is not stale"],
        }
    }
}

/// Runs a loop until the edge is stopped. A loop that ends by itself ends the edge.
async fn until(
    stop: &CancellationToken,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        result = work => {
            stop.cancel();
            result
        }
    }
}

#[cfg(test)]
mod test {
    /// The contract of `config.toml`.
    pub fn contract() -> crate::config::Contract {
        let config: crate::Config =
            nsp_kit::config::load("no-such-service", crate::DEFAULTS).unwrap();
        config.contract
    }
}
