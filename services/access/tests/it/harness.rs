//! The edge in this process, its policy, its DNS, and what is behind it.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use anyhow::Context;
use async_nats::jetstream::{self, kv, stream};
use jiff::Timestamp;
use nsp_access::{Addresses, Config, DEFAULTS, run_with};
use nsp_dane::{Answer, HostName, Lookup, Records};
use nsp_kit::{
    clock::{Clock, to_proto},
    config::{self, Base, Nats},
    host::Listeners,
    proxy::Proxy,
    testbed::{Bed, eventually},
};
use nsp_proto::{
    events::v1::CredentialChanged,
    tlsauth::v1::{TldPolicy, TlsClient, TlsRole},
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{behind::Behind, certificates::Identity};

/// An address within the prefixes of [`World::client`], and one without.
pub const INSIDE: &str = "192.0.2.7";
pub const OUTSIDE: &str = "198.51.100.7";

const BUCKET: &str = "nsp-tlsauth-policy";

pub const ROLES: [TlsRole; 7] = [
    TlsRole::MonthlyReporting,
    TlsRole::DataEscrow,
    TlsRole::SlamData,
    TlsRole::DaarData,
    TlsRole::RdapUrlList,
    TlsRole::MaintenanceWindow,
    TlsRole::ProbeNodeList,
];

/// What the DNS says in this test. Names that it does not know do not exist.
#[derive(Debug, Clone, Default)]
pub struct Dns(Arc<Mutex<Zone>>);

#[derive(Debug, Default)]
struct Zone {
    answers: HashMap<HostName, Answer>,
    down: bool,
    asked: usize,
}

impl Dns {
    pub fn vouch(&self, name: &str, identities: &[&Identity]) {
        let records = identities.iter().map(|identity| identity.tlsa()).collect();
        self.say(
            name,
            Answer::Secure(Records {
                records,
                ttl: 300,
                alias_of: None,
            }),
        );
    }

    pub fn say(&self, name: &str, answer: Answer) {
        self.0
            .lock()
            .unwrap()
            .answers
            .insert(name.parse().unwrap(), answer);
    }

    pub fn down(&self) {
        self.0.lock().unwrap().down = true;
    }

    pub fn asked(&self) -> usize {
        self.0.lock().unwrap().asked
    }
}

impl Lookup for Dns {
    async fn tlsa(&self, name: &HostName) -> Answer {
        let mut zone = self.0.lock().unwrap();
        zone.asked += 1;
        if zone.down {
            return Answer::Unavailable("down".to_owned());
        }
        zone.answers
            .get(name)
            .cloned()
            .unwrap_or(Answer::NoName { ttl: 60 })
    }
}

/// The edge on ports of its own; it stops when dropped.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    pub dns: Dns,
    pub behind: Behind,
    pub address: SocketAddr,
    pub admin: SocketAddr,
    /// Whether the edge expects a PROXY header of this machine.
    pub proxied: bool,
    pub running: CancellationToken,
    pub config: Config,
    bucket: kv::Store,
}

impl World {
    /// With an empty policy.
    pub async fn start() -> anyhow::Result<Self> {
        Self::with(|_| {}).await
    }

    /// With settings of one's own.
    pub async fn with(change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let clock = Clock::manual("2026-11-24T12:00:00Z".parse::<Timestamp>()?);
        let bed = Bed::new(clock.clone()).await?;
        let behind = Behind::start(&bed).await?;
        let js = jetstream::new(async_nats::connect(bed.nats().url).await?);
        // As tlsauth makes it.
        js.get_or_create_stream(stream::Config {
            name: format!("KV_{BUCKET}"),
            subjects: vec![format!("$KV.{BUCKET}.>")],
            max_messages_per_subject: 1,
            discard: stream::DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            allow_direct: true,
            ..Default::default()
        })
        .await?;
        let bucket = js.get_key_value(BUCKET).await?;
        let mut config: Config = config::load("no-such-service", DEFAULTS)?;
        let server = bed.tls("access-server")?;
        config.server.certificate = server.certificate;
        config.server.key = server.key;
        config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.nats = bed.nats();
        config.tls = bed.tls("access")?;
        config.clients = behind.addresses.clone();
        config.sessions.logins_per_minute = 10_000;
        config.basic.tries_per_minute = 10_000;
        change(&mut config);
        let mut world = Self {
            proxied: !config.server.trusted_proxies.is_empty(),
            dns: Dns::default(),
            address: ([127, 0, 0, 1], 0).into(),
            admin: ([127, 0, 0, 1], 0).into(),
            running: bed.stop.child_token(),
            bed,
            clock,
            behind,
            config,
            bucket,
        };
        world.run().await?;
        world.ready().await?;
        Ok(world)
    }

    /// Starts the edge, or another one.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        let listeners = Listeners {
            main: TcpListener::bind("127.0.0.1:0").await?,
            admin: TcpListener::bind("127.0.0.1:0").await?,
        };
        self.address = listeners.main.local_addr()?;
        self.admin = listeners.admin.local_addr()?;
        self.config.base = Base {
            listen: self.address,
            admin: self.admin,
            otlp_endpoint: None,
        };
        self.running = self.bed.stop.child_token();
        tokio::spawn(run_with(
            self.config.clone(),
            listeners,
            self.clock.clone(),
            self.running.clone(),
            self.dns.clone(),
        ));
        Ok(())
    }

    /// What stops NATS and what is behind for this edge.
    pub fn nowhere() -> (Nats, Addresses) {
        let nowhere = "https://127.0.0.1:9".to_owned();
        let addresses = Addresses {
            accounts: nowhere.clone(),
            maintenance: nowhere.clone(),
            reporting: nowhere,
        };
        (
            Nats {
                url: "nats://127.0.0.1:9".to_owned(),
            },
            addresses,
        )
    }

    pub async fn ready(&self) -> anyhow::Result<()> {
        eventually(async || Ok((self.readyz().await?.0 == 200).then_some(()))).await
    }

    /// The status of `/readyz`, and what it says.
    pub async fn readyz(&self) -> anyhow::Result<(u16, String)> {
        let mut stream = TcpStream::connect(self.admin).await?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let status = text.split(' ').nth(1).context("a status")?.parse()?;
        let body = text.split("\r\n\r\n").nth(1).context("a body")?;
        Ok((status, body.trim().to_owned()))
    }

    pub fn authority(&self) -> PathBuf {
        self.config.tls.ca.clone()
    }

    /// A client with one name and these roles, whose addresses are around [`INSIDE`].
    pub fn client(name: &str, roles: &[TlsRole]) -> TlsClient {
        TlsClient {
            name: format!("tlds/example/tlsClients/{name}"),
            domain_names: vec![name.to_owned()],
            roles: roles.iter().map(|role| (*role).into()).collect(),
            prefixes: vec!["192.0.2.0/24".to_owned(), "2001:db8::/48".to_owned()],
            expire_time: None,
        }
    }

    /// Publishes what is known of a TLD.
    pub async fn publish(
        &self,
        tld: &str,
        version: i64,
        clients: &[TlsClient],
    ) -> anyhow::Result<()> {
        let policy = TldPolicy {
            tld: tld.to_owned(),
            version,
            clients: clients.to_vec(),
            change_time: Some(to_proto(self.clock.now())),
        };
        self.bucket.put(tld, policy.encode_to_vec().into()).await?;
        Ok(())
    }

    /// Starts the edge again, with a network between it and NATS that can be cut.
    pub async fn restart_behind_proxy(&mut self) -> anyhow::Result<Proxy> {
        let nats = self.config.nats.url.trim_start_matches("nats://");
        let proxy = Proxy::open(Some(nats.parse()?)).await?;
        self.running.cancel();
        self.config.nats.url = format!("nats://{}", proxy.address());
        self.run().await?;
        Ok(proxy)
    }

    /// Says, as accounts does, that the registry's credential of a TLD has this version now.
    pub async fn tell_of_credential(&self, tld: &str, version: i64) -> anyhow::Result<()> {
        let event = CredentialChanged {
            credential: format!("tlds/{tld}/credentials/rri-ry"),
            tld: tld.to_owned(),
            version,
            password_changed: true,
            ..Default::default()
        };
        let bed = &self.bed;
        bed.publish_event(Uuid::now_v7(), &event.credential, &event)
            .await
    }
}
