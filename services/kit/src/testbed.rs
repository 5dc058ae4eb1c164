//! Surroundings for the tests of a service: a database, a NATS server, certificates, and people with tokens.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use async_nats::{HeaderMap, jetstream};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jiff::SignedDuration;
use nsp_proto::{
    auth::v1::Role,
    event::Event as Message,
    identity::v1::{
        ListSigningKeysRequest, ListSigningKeysResponse,
        key_service_server::{KeyService, KeyServiceServer},
        list_signing_keys_response::SigningKey,
    },
};
use nsp_testbed::{Nats, PgUrl, ca::Authority, ensure_database, secret, shared_postgres};
use sqlx::{PgPool, migrate::Migrator};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Request, Response, Status, service::Routes, transport::Server};
use uuid::Uuid;

use crate::{
    auth::{self, Claims, Person},
    client::{self, Channel},
    clock::Clock,
    config, events,
    host::Listeners,
    id::{AccountId, SessionId, UserId},
    tls::Certificates,
};

const KEY_ID: &str = "test";

/// What one test has to itself. Everything stops when it is dropped.
pub struct Bed {
    pub clock: Clock,
    /// Cancelled when the bed is dropped; services under test are given a clone.
    pub stop: CancellationToken,
    nats: Nats,
    authority: Authority,
    signer: Vec<u8>,
    identity: String,
    folder: TempDir,
    _stop: DropGuard,
}

impl Bed {
    /// NATS, an authority, and an `identity` that knows the key of this bed's tokens.
    pub async fn new(clock: Clock) -> anyhow::Result<Self> {
        Self::with_identity(clock, |keys| keys).await
    }

    /// As [`Bed::new`], with an `identity` that answers more than what the keys are.
    pub async fn with_identity(
        clock: Clock,
        extend: impl FnOnce(Routes) -> Routes,
    ) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let nats_folder = folder.path().join("nats");
        let nats = tokio::task::spawn_blocking(move || Nats::start(&nats_folder)).await??;
        let authority = Authority::open(&folder.path().join("ca"))?;
        let pair = Ed25519KeyPair::generate().context("a key pair")?;
        let stop = CancellationToken::new();
        let mut bed = Self {
            clock,
            nats,
            authority,
            signer: pair
                .to_pkcs8v1()
                .context("a private key")?
                .as_ref()
                .to_vec(),
            identity: String::new(),
            folder,
            _stop: stop.clone().drop_guard(),
            stop,
        };
        let keys = TestKeys(pair.public_key().as_ref().to_vec());
        let routes = extend(Routes::new(KeyServiceServer::new(keys)));
        bed.identity = bed.serve_identity(routes).await?;
        Ok(bed)
    }

    /// A new database of `service` with its tables. It stays behind: dropping a database makes every server process
    /// take notice, which can last a minute. `cargo xtask test` begins with an empty server.
    pub async fn database(
        &self,
        service: &'static str,
        migrator: &Migrator,
    ) -> anyhow::Result<config::Database> {
        let name = format!("test_{service}_{}", Uuid::now_v7().simple());
        let access = tokio::task::spawn_blocking(move || {
            let password = secret::get_or_make(
                &nsp_testbed::home().join("test-role-password"),
                secret::password,
            )?;
            ensure_database(&shared_postgres()?, service, &name, &password)
        })
        .await??;
        let config = config::Database {
            url: address(&access.service).into(),
            owner_url: Some(address(&access.owner).into()),
            max_connections: 8,
        };
        crate::db::migrate(&config, service, migrator).await?;
        Ok(config)
    }

    pub fn nats(&self) -> config::Nats {
        config::Nats {
            url: self.nats.url().to_owned(),
        }
    }

    /// Publishes an event about a resource, as the relay of a service does.
    pub async fn publish_event<E: Message>(
        &self,
        id: Uuid,
        about: &str,
        event: &E,
    ) -> anyhow::Result<()> {
        let js = jetstream::new(async_nats::connect(self.nats.url()).await?);
        events::stream(&js).await?;
        let mut headers = HeaderMap::new();
        headers.insert("ce-id", id.to_string());
        headers.insert("ce-type", E::full_name());
        headers.insert("ce-subject", about);
        let body = serde_json::to_vec(event)?;
        js.publish_with_headers(E::SUBJECT, headers, body.into())
            .await?
            .await?;
        Ok(())
    }

    /// The files of a certificate with the name `service`.
    pub fn tls(&self, service: &str) -> anyhow::Result<config::Tls> {
        let files = self
            .authority
            .files(&self.folder.path().join("ca"), service)?;
        Ok(config::Tls {
            ca: files.authority,
            certificate: files.certificate,
            key: files.key,
        })
    }

    /// Where this bed's `identity` answers.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// A folder of the test's own.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sockets on free ports, and the address of the main one for [`Bed::channel`].
    pub async fn listeners(&self) -> anyhow::Result<(Listeners, String)> {
        let main = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("https://{}", main.local_addr()?);
        Ok((
            Listeners {
                main,
                admin: TcpListener::bind("127.0.0.1:0").await?,
            },
            address,
        ))
    }

    /// A connection to `service`, made with the certificate of the service `caller`.
    pub fn channel(
        &self,
        service: &'static str,
        address: &str,
        caller: &str,
    ) -> anyhow::Result<Channel> {
        client::connect(service, address, &Certificates::load(&self.tls(caller)?)?)
    }

    /// A token for `person`, good for five minutes.
    pub fn token(&self, person: &Person) -> anyhow::Result<String> {
        let now = self.clock.now();
        let claims = Claims::new(person, now, now + SignedDuration::from_mins(5));
        Ok(auth::sign(&claims, KEY_ID, &self.signer)?)
    }

    async fn serve_identity(&self, routes: Routes) -> anyhow::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("https://{}", listener.local_addr()?);
        let incoming = Arc::clone(&Certificates::load(&self.tls("identity")?)?)
            .accept(listener, self.stop.clone());
        let server = Server::builder().add_routes(routes);
        tokio::spawn(
            server.serve_with_incoming_shutdown(incoming, self.stop.clone().cancelled_owned()),
        );
        Ok(address)
    }
}

fn address(url: &PgUrl) -> String {
    url.to_string()
}

/// As much of identity as a service under test needs: the key of the test's tokens.
struct TestKeys(Vec<u8>);

#[tonic::async_trait]
impl KeyService for TestKeys {
    async fn list_signing_keys(
        &self,
        _: Request<ListSigningKeysRequest>,
    ) -> Result<Response<ListSigningKeysResponse>, Status> {
        let key = SigningKey {
            id: KEY_ID.to_owned(),
            public_key: self.0.clone(),
        };
        Ok(Response::new(ListSigningKeysResponse { keys: vec![key] }))
    }
}

/// A portal user who acts for `account` with `roles`.
pub fn portal_user(name: &str, account: AccountId, roles: &[Role]) -> Person {
    Person {
        staff: false,
        account: Some(account),
        account_name: format!("{name}'s account"),
        ..person(name, roles)
    }
}

/// A member of ICANN's staff.
pub fn staff(name: &str, roles: &[Role]) -> Person {
    Person {
        staff: true,
        ..person(name, roles)
    }
}

fn person(name: &str, roles: &[Role]) -> Person {
    Person {
        user: UserId::new(),
        session: SessionId::new(),
        display_name: name.to_owned(),
        staff: false,
        account: None,
        account_name: String::new(),
        roles: roles.to_vec(),
        tlds: Vec::new(),
        factor_time: Clock::system().now(),
    }
}

/// The database as the role that owns it: what a test looks at behind the service's back.
pub async fn owner_pool(config: &config::Database) -> anyhow::Result<PgPool> {
    use secrecy::ExposeSecret;
    let url = config.owner_url.as_ref().context("owner_url")?;
    Ok(PgPool::connect(url.expose_secret()).await?)
}

/// Asks `question` until its answer is `Some`, and fails after twenty seconds.
pub async fn eventually<T>(
    question: impl AsyncFn() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let answer = async {
        loop {
            if let Some(answer) = question().await? {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answer)
        .await
        .context("it did not happen in twenty seconds")?
}
