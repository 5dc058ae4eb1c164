//! Asking the DNS for TLSA records, and validating what it answers.

use std::future::Future;

use crate::{Answer, HostName, Settings};

/// Somebody who can be asked: the [`Resolver`], or in tests of those who decide by the answers, a table.
pub trait Lookup: Send + Sync + 'static {
    /// The TLSA records at the name itself, through aliases.
    fn tlsa(&self, name: &HostName) -> impl Future<Output = Answer> + Send;
}

/// A validating resolver. It asks recursive resolvers for data and believes nobody: signatures are checked here, from
/// the trust anchor down. It remembers nothing; see [`crate::Cache`].
#[derive(Clone)]
pub struct Resolver {}

impl Resolver {
    /// Reads the trust anchor, and `/etc/resolv.conf` unless the settings name resolvers.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let _ = settings;
        todo!("next commit")
    }
}

impl Lookup for Resolver {
    async fn tlsa(&self, name: &HostName) -> Answer {
        let _ = name;
        todo!("next commit")
    }
}
