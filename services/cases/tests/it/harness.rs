//! The service in this process, and the people who use it.

use jiff::Timestamp;
use nsp_cases::{Clients, Config, MIGRATOR, run};
use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::Clock,
    config::{Base, Database},
    id::AccountId,
    status::reason,
    testbed::{self, Bed},
};
use nsp_proto::{
    auth::v1::Role,
    cases::v1::{Case, CreateCaseRequest, case_service_client::CaseServiceClient},
};
use sqlx::PgPool;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

pub type Client = CaseServiceClient<Channel>;

/// The service on ports of its own; it stops when dropped.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    pub owner: PgPool,
    pub database: Database,
    channel: Channel,
}

impl World {
    pub async fn start() -> anyhow::Result<Self> {
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse::<Timestamp>()?);
        let bed = Bed::new(clock.clone()).await?;
        let database = bed.database("cases", &MIGRATOR).await?;
        let (listeners, address) = bed.listeners().await?;
        let config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            database: database.clone(),
            nats: bed.nats(),
            tls: bed.tls("cases")?,
            clients: Clients {
                identity: bed.identity().to_owned(),
            },
        };
        tokio::spawn(run(config, listeners, clock.clone(), bed.stop.clone()));
        let channel = bed.channel("cases", &address, "gateway")?;
        let owner = testbed::owner_pool(&database).await?;
        Ok(Self {
            bed,
            clock,
            owner,
            database,
            channel,
        })
    }

    /// A client that calls for `person`.
    pub fn client(&self, person: &Person) -> anyhow::Result<Client> {
        Ok(Client::new(self.channel.acting(&self.bed.token(person)?)))
    }

    /// A client that calls as the gateway itself, with no person behind it.
    pub fn anonymous(&self) -> Client {
        Client::new(self.channel.clone())
    }

    /// A client that shows this token, whatever it is.
    pub fn with_token(&self, token: &str) -> Client {
        Client::new(self.channel.acting(token))
    }

    /// Makes `label` a TLD of `account`, as an event of the accounts service would.
    pub async fn add_tld(&self, label: &str, account: AccountId) -> anyhow::Result<()> {
        sqlx::query("insert into tlds (label, account) values ($1, $2)")
            .bind(label)
            .bind(account)
            .execute(&self.owner)
            .await?;
        Ok(())
    }

    /// What is waiting in the outbox or was published, by subject.
    pub async fn audited(&self) -> anyhow::Result<Vec<String>> {
        Ok(
            sqlx::query_scalar("select action from kit.audit order by id")
                .fetch_all(&self.owner)
                .await?,
        )
    }
}

pub fn jane() -> Person {
    testbed::portal_user("Jane", AccountId::new(), &[Role::Cases])
}

pub fn agent() -> Person {
    testbed::staff("Ada", &[Role::StaffAgent])
}

pub fn inquiry(subject: &str) -> CreateCaseRequest {
    CreateCaseRequest {
        subject: subject.to_owned(),
        description: format!("All about {subject}."),
        request_id: Uuid::now_v7().to_string(),
        ..Default::default()
    }
}

pub async fn open(client: &mut Client, subject: &str) -> anyhow::Result<Case> {
    Ok(client.create_case(inquiry(subject)).await?.into_inner())
}

/// The fields that a refusal names, in order.
pub fn fields(status: &Status) -> Vec<String> {
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (Code::InvalidArgument, "INVALID_FIELDS")
    );
    let bad = status.get_details_bad_request().unwrap();
    bad.field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

/// That a call was refused with this reason.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, expected: &str) {
    let status = answer.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (code, expected));
}
