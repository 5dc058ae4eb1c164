//! The way to the recursive resolvers.

use anyhow::Context as _;
use futures_util::{Stream, StreamExt as _};
use hickory_resolver::{
    NameServerPool, PoolContext, TlsConfig,
    config::{ConnectionConfig, NameServerConfig, ResolverOpts},
    net::{
        DnsError, NetError,
        runtime::TokioRuntimeProvider,
        xfer::{DnsHandle, RetryDnsHandle},
    },
    proto::op::{DnsRequest, DnsResponse},
    system_conf::read_system_conf,
};
use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use crate::Settings;

pub type Pool = RetryDnsHandle<NameServerPool<TokioRuntimeProvider>>;

/// Of one message; a lookup takes several.
const MESSAGE_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How often a message is sent again.
const RETRIES: usize = 2;
/// Behind one upstream address may be the questions of many lookups.
const MAX_ACTIVE: usize = 1_024;

/// The connections to all resolvers.
pub fn pool(settings: &Settings) -> anyhow::Result<Pool> {
    let servers = if settings.resolvers.is_empty() {
        let (config, _) = read_system_conf().context("/etc/resolv.conf")?;
        config.name_servers().to_vec()
    } else {
        settings.resolvers.iter().copied().map(server).collect()
    };
    let mut options = ResolverOpts::default();
    options.timeout = MESSAGE_TIMEOUT.min(settings.timeout());
    options.attempts = RETRIES;
    options.edns0 = true;
    options.max_active_requests = MAX_ACTIVE;
    options.try_tcp_on_error = true;
    let context = PoolContext::new(options, TlsConfig::new()?);
    let pool =
        NameServerPool::from_config(servers, Arc::new(context), TokioRuntimeProvider::default());
    Ok(RetryDnsHandle::new(pool, RETRIES))
}

fn server(address: SocketAddr) -> NameServerConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = address.port();
    }
    NameServerConfig::new(address.ip(), true, connections)
}

/// The pool as one lookup uses it.
///
/// The validator calls bogus what it could not get the keys for, too. To tell the one from the other, the first failure
/// to get an answer is noted.
#[derive(Clone)]
pub struct Upstream {
    pool: Pool,
    failure: Arc<OnceLock<NetError>>,
}

impl Upstream {
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            failure: Arc::default(),
        }
    }

    /// Why a question was not answered, if any was not.
    pub fn failure(&self) -> Option<&NetError> {
        self.failure.get()
    }
}

impl DnsHandle for Upstream {
    type Response = Pin<Box<dyn Stream<Item = Result<DnsResponse, NetError>> + Send>>;
    type Runtime = <Pool as DnsHandle>::Runtime;

    fn send(&self, mut request: DnsRequest) -> Self::Response {
        // A resolver that validates would only say SERVFAIL of what is bogus; we want to see it and say why (RFC 6840, 5.9).
        request.metadata.checking_disabled = true;
        let failure = Arc::clone(&self.failure);
        Box::pin(self.pool.send(request).map(move |result| {
            if let Err(error) = &result
                && !matches!(error, NetError::Dns(DnsError::NoRecordsFound(_)))
            {
                let _ = failure.set(error.clone());
            }
            result
        }))
    }
}
