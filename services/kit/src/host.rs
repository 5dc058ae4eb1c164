//! What a running service consists of: connections, certificates, background loops and the two ports.

use std::{future::Future, sync::Arc};

use async_nats::connection::State;
use nsp_proto::identity::v1::{ListSigningKeysRequest, key_service_client::KeyServiceClient};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::{
    admin,
    auth::{Authorizer, Keys, Revoked, VerifyingKey},
    call::Context,
    client::Channel,
    clock::Clock,
    config::{self, Base},
    db::Database,
    events::{self, Handler},
    server,
    tls::Certificates,
};

/// The sockets of a service. Tests bind them to free ports.
#[derive(Debug)]
pub struct Listeners {
    pub main: TcpListener,
    pub admin: TcpListener,
}

impl Listeners {
    /// Binds what the configuration says.
    pub async fn bind(base: &Base) -> std::io::Result<Self> {
        Ok(Self {
            main: TcpListener::bind(base.listen).await?,
            admin: TcpListener::bind(base.admin).await?,
        })
    }
}

/// A service's surroundings. Nothing here waits for another process: a service starts in any order, and says on
/// `/readyz` what it is still missing.
#[derive(Clone)]
pub struct Host {
    /// The service's name, as in its certificate.
    pub service: &'static str,
    pub db: Database,
    pub nats: async_nats::Client,
    /// For the outbox, which has a connection of its own.
    nats_config: config::Nats,
    pub certificates: Arc<Certificates>,
    pub clock: Clock,
    pub stop: CancellationToken,
}

impl Host {
    /// Reads certificates and prepares connections.
    pub async fn new(
        service: &'static str,
        database: &config::Database,
        nats: &config::Nats,
        tls: &config::Tls,
        clock: Clock,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            service,
            db: Database::connect(database)?,
            nats: connect_nats(service, nats).await?,
            nats_config: nats.clone(),
            certificates: Certificates::load(tls)?,
            clock,
            stop,
        })
    }

    /// What the service's methods start from.
    pub fn context(&self) -> Context {
        Context {
            db: self.db.clone(),
            clock: self.clock.clone(),
        }
    }

    /// Serves both ports and keeps certificates, keys and outbox going until the service is stopped.
    pub async fn serve(
        &self,
        listeners: Listeners,
        routes: Routes,
        keys: Keys,
    ) -> anyhow::Result<()> {
        let revoked = Revoked::default();
        let authorizer = Authorizer {
            keys: keys.clone(),
            revoked: revoked.clone(),
            clock: self.clock.clone(),
        };
        let ready = Ready {
            db: Some(self.db.clone()),
            nats: self.nats.clone(),
            keys: Some(keys.clone()),
        };
        tokio::try_join!(
            server::serve(
                listeners.main,
                routes,
                authorizer,
                Arc::clone(&self.certificates),
                self.stop.clone()
            ),
            admin::serve(listeners.admin, ready, self.stop.clone()),
            self.background("certificates", self.certificates.reload()),
            self.background("signing keys", keys.refresh()),
            self.background("ended sessions", revoked.follow(&self.nats)),
            self.background(
                "outbox",
                events::outbox::relay(self.service, &self.db, &self.nats_config, &self.clock)
            ),
        )?;
        Ok(())
    }

    /// Hands events to `handler` until the service is stopped.
    pub async fn consume<H: Handler>(&self, handler: H) -> anyhow::Result<()> {
        let js = async_nats::jetstream::new(self.nats.clone());
        self.background(
            H::SUBJECTS,
            events::inbox::consume(&handler, &self.db, &js, &self.clock),
        )
        .await
    }

    /// Runs a loop until the service is stopped. A loop that ends by itself ends the service.
    pub async fn background(
        &self,
        name: &'static str,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        tokio::select! {
            () = self.stop.cancelled() => Ok(()),
            result = work => {
                self.stop.cancel();
                result.and_then(|()| anyhow::bail!("{name} ended"))
            }
        }
    }
}

/// The keys that identity publishes.
pub fn keys_of_identity(identity: Channel) -> Keys {
    Keys::new(move || {
        let mut client = KeyServiceClient::new(identity.clone());
        Box::pin(async move {
            let answer = client
                .list_signing_keys(ListSigningKeysRequest {})
                .await?
                .into_inner();
            let keys = answer.keys.into_iter();
            Ok(keys
                .map(|key| VerifyingKey {
                    id: key.id,
                    public_key: key.public_key,
                })
                .collect())
        })
    })
}

/// Connects to NATS in the background, again and again if need be.
pub async fn connect_nats(
    service: &'static str,
    nats: &config::Nats,
) -> Result<async_nats::Client, async_nats::ConnectError> {
    async_nats::ConnectOptions::new()
        .name(format!("nsp-{service}"))
        .retry_on_initial_connect()
        .connect(&nats.url)
        .await
}

/// What must answer before a service is ready.
#[derive(Clone)]
pub struct Ready {
    /// None for a service without a database.
    pub db: Option<Database>,
    pub nats: async_nats::Client,
    /// None for a service that verifies no tokens.
    pub keys: Option<Keys>,
}

impl Ready {
    /// What does not answer.
    pub(crate) async fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if let Some(db) = &self.db
            && let Err(error) = db.ping().await
        {
            tracing::warn!(?error, "the database does not answer");
            missing.push("database");
        }
        if self.nats.connection_state() != State::Connected {
            missing.push("nats");
        }
        if self.keys.as_ref().is_some_and(|keys| !keys.are_known()) {
            missing.push("signing keys");
        }
        missing
    }
}
