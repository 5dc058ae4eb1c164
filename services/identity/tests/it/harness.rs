//! The service in this process, and what a test looks at behind its back.

use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use nsp_identity::{
    Clients, Config, Invitations, Jobs, MIGRATOR, Passwords, PlaceDatabase, Sessions, Signing,
    Totp, Webauthn, run,
};
use nsp_kit::{
    client::Channel,
    clock::Clock,
    config::Base,
    events::{Event, live},
    host::connect_nats,
    seal,
    status::reason,
    testbed::{self, Bed, eventually},
};
use nsp_proto::identity::v1::{
    key_service_client::KeyServiceClient, sign_in_service_client::SignInServiceClient,
};
use nsp_proto::{event::Event as Message, identity::v1::ListSigningKeysRequest};
use sqlx::PgPool;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::neighbours::{Directory, serve_accounts};

/// The service on ports of its own; it stops when dropped.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    pub owner: PgPool,
    pub config: Config,
    pub address: String,
    pub gateway: Channel,
    /// What the accounts service beside it knows.
    pub directory: Directory,
    events: Arc<Mutex<Vec<Event>>>,
}

impl World {
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(|_| {}).await
    }

    /// The service with some settings changed. By default, hashing is as cheap as it can be.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse::<Timestamp>()?);
        let bed = Bed::new(clock.clone()).await?;
        let database = bed.database("identity", &MIGRATOR).await?;
        let (listeners, address) = bed.listeners().await?;
        let directory = Directory::default();
        let mut config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            nats: bed.nats(),
            tls: bed.tls("identity")?,
            clients: Clients {
                accounts: serve_accounts(&bed, directory.clone()).await?,
            },
            keys: keys(1, &[]),
            passwords: cheap(),
            sessions: Sessions {
                idle_minutes: 30,
                absolute_hours: 12,
            },
            places: PlaceDatabase::default(),
            invitations: Invitations {
                hours: 72,
                max_open: 3,
            },
            signing: Signing { rotate_days: 30 },
            totp: Totp {
                issuer: "Test".to_owned(),
            },
            webauthn: Webauthn {
                rp_id: "portal.example".to_owned(),
                origin: "https://portal.example".to_owned(),
            },
            jobs: Jobs { period_seconds: 1 },
            database,
        };
        change(&mut config);
        let world = Self {
            gateway: bed.channel("identity", &address, "gateway")?,
            owner: testbed::owner_pool(&config.database).await?,
            directory,
            events: watch(&bed).await?,
            bed,
            clock: clock.clone(),
            config: config.clone(),
            address,
        };
        tokio::spawn(run(config, listeners, clock, world.bed.stop.clone()));
        eventually(async || Ok((!world.keys().await?.is_empty()).then_some(()))).await?;
        Ok(world)
    }

    pub fn sign_in(&self) -> SignInServiceClient<Channel> {
        SignInServiceClient::new(self.gateway.clone())
    }

    /// A connection made with the certificate of `service`.
    pub fn caller(&self, service: &str) -> anyhow::Result<Channel> {
        self.bed.channel("identity", &self.address, service)
    }

    /// The ids of the published keys.
    pub async fn keys(&self) -> anyhow::Result<Vec<String>> {
        let mut client = KeyServiceClient::new(self.gateway.clone());
        let answer = client.list_signing_keys(ListSigningKeysRequest {}).await?;
        let keys = answer.into_inner().keys.into_iter();
        Ok(keys.map(|key| key.id).collect())
    }

    pub fn advance_minutes(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// What was written down, oldest first.
    pub async fn audited(&self) -> anyhow::Result<Vec<String>> {
        let actions = sqlx::query_scalar("select action from kit.audit order by id");
        Ok(actions.fetch_all(&self.owner).await?)
    }

    /// Waits for so many events of a kind, and gives all there are.
    pub async fn events<E: Message>(&self, count: usize) -> anyhow::Result<Vec<E>> {
        eventually(async || {
            let events = self.events.lock().unwrap();
            let found = events.iter().filter_map(Event::decode::<E>);
            let found = found.collect::<Result<Vec<E>, _>>()?;
            Ok((found.len() >= count).then_some(found))
        })
        .await
    }

    /// Changes rows behind the service's back.
    pub async fn execute(&self, sql: &'static str) -> anyhow::Result<()> {
        sqlx::query(sql).execute(&self.owner).await?;
        Ok(())
    }
}

async fn watch(bed: &Bed) -> anyhow::Result<Arc<Mutex<Vec<Event>>>> {
    let nats = connect_nats("test", &bed.nats()).await?;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&seen);
    tokio::spawn(async move {
        let see = |event| {
            all.lock().unwrap().push(event);
            std::future::ready(())
        };
        live::watch(&nats, "nsp.>", see, || std::future::ready(())).await
    });
    Ok(seen)
}

/// Keys of 32 equal bytes.
pub fn keys(current: u8, previous: &[u8]) -> seal::Config {
    let key = |byte: &u8| BASE64.encode(&[*byte; 32]).into();
    seal::Config {
        current: key(&current),
        previous: previous.iter().map(key).collect(),
    }
}

pub fn cheap() -> Passwords {
    Passwords {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
        waiting: 64,
    }
}

/// The fields that a refusal names, in order.
#[track_caller]
pub fn fields<T: std::fmt::Debug>(answer: Result<T, Status>) -> Vec<String> {
    let status = answer.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "INVALID_FIELDS")
    );
    let bad = status.get_details_bad_request().unwrap();
    let fields = bad.field_violations.into_iter();
    fields.map(|violation| violation.field).collect()
}

/// That a call was refused with this reason.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, expected: &str) {
    let status = answer.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (code, expected),
        "{status}"
    );
}
