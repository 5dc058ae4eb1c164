//! The service, running in this process.

use data_encoding::BASE64;
use nsp_accounts::{Clients, Config, Credentials, Jobs, MIGRATOR};
use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::Clock,
    config::Base,
    id::AccountId,
    seal,
    testbed::{Bed, owner_pool, staff},
};
use nsp_proto::{
    accounts::v1::{
        Account, CreateAccountRequest, CreateTldRequest, Tld, account,
        account_service_client::AccountServiceClient,
        credential_service_client::CredentialServiceClient, tld,
    },
    auth::v1::Role,
};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic_types::StatusExt;

pub struct Service {
    pub bed: Bed,
    pub config: Config,
    /// Behind the service's back.
    pub db: PgPool,
    channel: Channel,
    address: String,
    running: CancellationToken,
}

pub type Credential = CredentialServiceClient<Channel>;

impl Service {
    pub async fn start() -> anyhow::Result<Self> {
        let bed = Bed::new(Clock::manual("2026-11-24T10:00:00Z".parse()?)).await?;
        let config = Config {
            base: Base {
                listen: ([127, 0, 0, 1], 0).into(),
                admin: ([127, 0, 0, 1], 0).into(),
                otlp_endpoint: None,
            },
            database: bed.database("accounts", &MIGRATOR).await?,
            nats: bed.nats(),
            tls: bed.tls("accounts")?,
            clients: Clients {
                identity: bed.identity().to_owned(),
            },
            keys: sealing_keys(1, &[]),
            credentials: Credentials { max_prefixes: 5 },
            jobs: Jobs { period_seconds: 1 },
        };
        let db = owner_pool(&config.database).await?;
        let mut service = Self {
            channel: bed.channel("accounts", "https://127.0.0.1:1", "gateway")?,
            address: String::new(),
            running: bed.stop.child_token(),
            bed,
            config,
            db,
        };
        service.run().await?;
        Ok(service)
    }

    /// Starts the service with the configuration as it is now, in place of the one that runs.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        self.running.cancel();
        self.running = self.bed.stop.child_token();
        let (listeners, address) = self.bed.listeners().await?;
        tokio::spawn(nsp_accounts::run(
            self.config.clone(),
            listeners,
            self.bed.clock.clone(),
            self.running.clone(),
        ));
        self.channel = self.bed.channel("accounts", &address, "gateway")?;
        self.address = address;
        Ok(())
    }

    /// A client that calls for `person`.
    pub fn acting(&self, person: &Person) -> anyhow::Result<AccountServiceClient<Channel>> {
        let token = self.bed.token(person)?;
        Ok(AccountServiceClient::new(self.channel.acting(&token)))
    }

    /// Clients of credentials: one that calls for `person`, and one that calls as the edge.
    pub fn credentials(&self, person: &Person) -> anyhow::Result<Credential> {
        let token = self.bed.token(person)?;
        Ok(CredentialServiceClient::new(self.channel.acting(&token)))
    }

    pub fn edge(&self) -> anyhow::Result<Credential> {
        let channel = self.bed.channel("accounts", &self.address, "access")?;
        Ok(CredentialServiceClient::new(channel))
    }

    /// A client that calls as an administrator of ICANN.
    pub fn administrator(&self) -> anyhow::Result<AccountServiceClient<Channel>> {
        self.acting(&staff("Greta", &[Role::StaffAdministrator]))
    }

    pub async fn account(&self, name: &str) -> anyhow::Result<AccountId> {
        let request = create_account(name, "");
        let account = self.administrator()?.create_account(request).await?;
        account
            .into_inner()
            .name
            .parse()
            .map_err(anyhow::Error::msg)
    }

    pub async fn tld(&self, label: &str, account: AccountId) -> anyhow::Result<Tld> {
        let request = create_tld(label, account);
        Ok(self
            .administrator()?
            .create_tld(request)
            .await?
            .into_inner())
    }

    pub async fn count(&self, query: &'static str) -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar(query).fetch_one(&self.db).await?)
    }
}

/// Keys as a configuration has them, each made of one byte.
pub fn sealing_keys(current: u8, previous: &[u8]) -> seal::Config {
    let key = |byte: &u8| BASE64.encode(&[*byte; 32]).into();
    seal::Config {
        current: key(&current),
        previous: previous.iter().map(key).collect(),
    }
}

pub fn create_account(name: &str, request_id: &str) -> CreateAccountRequest {
    CreateAccountRequest {
        account: Some(Account {
            display_name: name.to_owned(),
            kind: account::Kind::RegistryOperator.into(),
            country: "GB".to_owned(),
            ..Default::default()
        }),
        request_id: request_id.to_owned(),
    }
}

pub fn create_tld(label: &str, account: AccountId) -> CreateTldRequest {
    CreateTldRequest {
        tld: Some(Tld {
            name: format!("tlds/{label}"),
            account: account.to_string(),
            state: tld::State::Active.into(),
            delegation_date: "2014-03-19".to_owned(),
            ..Default::default()
        }),
    }
}

/// The fields a refusal names.
pub fn fields(refusal: &Status) -> Vec<String> {
    let details = refusal.get_details_bad_request();
    details
        .into_iter()
        .flat_map(|details| details.field_violations)
        .map(|violation| violation.field)
        .collect()
}

pub fn reason(refusal: &Status) -> String {
    nsp_kit::status::reason(refusal)
}
