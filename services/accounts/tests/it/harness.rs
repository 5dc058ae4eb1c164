//! The service, running in this process.

use nsp_accounts::{Clients, Config, MIGRATOR};
use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::Clock,
    config::Base,
    id::AccountId,
    testbed::{Bed, owner_pool, staff},
};
use nsp_proto::{
    accounts::v1::{
        Account, CreateAccountRequest, CreateTldRequest, Tld, account,
        account_service_client::AccountServiceClient, tld,
    },
    auth::v1::Role,
};
use sqlx::PgPool;
use tonic::Status;
use tonic_types::StatusExt;

pub struct Service {
    pub bed: Bed,
    pub config: Config,
    /// Behind the service's back.
    pub db: PgPool,
    channel: Channel,
}

impl Service {
    pub async fn start() -> anyhow::Result<Self> {
        let bed = Bed::new(Clock::manual("2026-11-24T10:00:00Z".parse()?)).await?;
        let (listeners, address) = bed.listeners().await?;
        let config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            database: bed.database("accounts", &MIGRATOR).await?,
            nats: bed.nats(),
            tls: bed.tls("accounts")?,
            clients: Clients {
                identity: bed.identity().to_owned(),
            },
        };
        tokio::spawn(nsp_accounts::run(
            config.clone(),
            listeners,
            bed.clock.clone(),
            bed.stop.clone(),
        ));
        let channel = bed.channel("accounts", &address, "gateway")?;
        let db = owner_pool(&config.database).await?;
        Ok(Self {
            bed,
            config,
            db,
            channel,
        })
    }

    /// A client that calls for `person`.
    pub fn acting(&self, person: &Person) -> anyhow::Result<AccountServiceClient<Channel>> {
        let token = self.bed.token(person)?;
        Ok(AccountServiceClient::new(self.channel.acting(&token)))
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
