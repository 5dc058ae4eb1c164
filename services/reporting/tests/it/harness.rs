//! The service in this process, the machines behind the edge, and the people who look at how it stands.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::Clock,
    config::{Base, Database},
    id::AccountId,
    status::reason,
    testbed::{self, Bed, eventually},
};
use nsp_proto::{
    auth::v1::Role,
    reporting::v1::{
        self as pb, ReportKind, answer::Outcome, ingest_service_client::IngestServiceClient,
        monitoring_service_client::MonitoringServiceClient,
        report_service_client::ReportServiceClient, status_service_client::StatusServiceClient,
        submit_report_request::Part,
    },
};
use nsp_reporting::{Clients, Config, Contract, MIGRATOR, ObjectsConfig, run};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};
use tonic_types::StatusExt;

pub const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The service on ports of its own; it stops when dropped.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    pub owner: PgPool,
    pub database: Database,
    address: String,
    running: CancellationToken,
}

impl World {
    /// On Tuesday, 24 November 2026, at noon.
    pub async fn start() -> anyhow::Result<Self> {
        let clock = Clock::manual("2026-11-24T12:00:00Z".parse::<Timestamp>()?);
        let bed = Bed::new(clock.clone()).await?;
        let database = bed.database("reporting", &MIGRATOR).await?;
        let owner = testbed::owner_pool(&database).await?;
        let mut world = Self {
            bed,
            clock,
            owner,
            database,
            address: String::new(),
            running: CancellationToken::new(),
        };
        world.restart().await?;
        Ok(world)
    }

    /// Stops the service, if it runs, and starts it again: its hourly jobs run at once.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.running.cancel();
        let (listeners, address) = self.bed.listeners().await?;
        let mut contract = Contract::shipped()?;
        contract.rri.closed = vec!["shut/registrar-transactions".into()];
        contract.rri.accredited_registrars = vec!["100-4500".into()];
        let config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            database: self.database.clone(),
            nats: self.bed.nats(),
            tls: self.bed.tls("reporting")?,
            clients: Clients {
                identity: self.bed.identity().to_owned(),
            },
            objects: ObjectsConfig {
                folder: self.folder(),
            },
            contract,
        };
        let stop = self.bed.stop.child_token();
        tokio::spawn(run(config, listeners, self.clock.clone(), stop.clone()));
        self.running = stop;
        self.address = address;
        Ok(())
    }

    fn channel(&self, caller: &str) -> anyhow::Result<Channel> {
        self.bed.channel("reporting", &self.address, caller)
    }

    /// RRI, as the edge calls it.
    pub fn reports(&self) -> anyhow::Result<ReportServiceClient<Channel>> {
        self.reports_as("access")
    }

    /// RRI, called by a service.
    pub fn reports_as(&self, caller: &str) -> anyhow::Result<ReportServiceClient<Channel>> {
        Ok(ReportServiceClient::new(self.channel(caller)?))
    }

    /// MoSAPI, as the edge calls it.
    pub fn monitoring(&self) -> anyhow::Result<MonitoringServiceClient<Channel>> {
        let client = MonitoringServiceClient::new(self.channel("access")?);
        Ok(client.max_decoding_message_size(20 * 1024 * 1024))
    }

    /// What brings monitoring documents here.
    pub fn ingest(&self) -> anyhow::Result<IngestServiceClient<Channel>> {
        self.ingest_as("monitoring")
    }

    /// The same, called by a service.
    pub fn ingest_as(&self, caller: &str) -> anyhow::Result<IngestServiceClient<Channel>> {
        Ok(IngestServiceClient::new(self.channel(caller)?))
    }

    /// How things stand, for `person`.
    pub fn statuses(&self, person: &Person) -> anyhow::Result<StatusServiceClient<Channel>> {
        let channel = self.channel("gateway")?;
        let acting = channel.acting(&self.bed.token(person)?);
        Ok(StatusServiceClient::new(acting))
    }

    /// An administrator of a registry with TLDs that owe reports from 1 November 2026 on, and came here a year ago.
    pub async fn registry(&self, name: &str, labels: &[&str]) -> anyhow::Result<Person> {
        self.registry_owing(name, labels, "2026-11-01").await
    }

    /// The same, owing reports from another day on. The hourly job may look at any moment, so they owe them from the
    /// moment they are there.
    pub async fn registry_owing(
        &self,
        name: &str,
        labels: &[&str],
        from: &str,
    ) -> anyhow::Result<Person> {
        let person = testbed::portal_user(name, AccountId::new(), &[Role::Administrator]);
        sqlx::query("insert into accounts values ($1, $2, 'KIND_REGISTRY_OPERATOR')")
            .bind(person.account)
            .bind(&person.account_name)
            .execute(&self.owner)
            .await?;
        for label in labels {
            sqlx::query("insert into tlds values ($1, $2, '2025-11-24', $3::date)")
                .bind(label)
                .bind(person.account)
                .bind(from)
                .execute(&self.owner)
                .await?;
        }
        Ok(person)
    }

    /// Submits something in pieces, as the edge does.
    pub async fn submit(&self, sent: &Sent<'_>) -> Result<pb::SubmitReportResponse, Status> {
        let mut reports = self.reports().map_err(|error| unavailable(&error))?;
        let parts = futures_util::stream::iter(sent.parts());
        Ok(reports.submit_report(parts).await?.into_inner())
    }

    /// Submits something that is accepted.
    pub async fn accepted(&self, sent: &Sent<'_>) -> anyhow::Result<pb::SubmitReportResponse> {
        let answer = self.submit(sent).await?;
        let result = answer.result.clone().unwrap_or_default();
        anyhow::ensure!(result.code == 1000, "{result:?}");
        Ok(answer)
    }

    /// Submits something that is refused, and gives the code.
    pub async fn rejected(&self, sent: &Sent<'_>) -> anyhow::Result<i32> {
        let answer = self.submit(sent).await?;
        let outcome = answer.answer.unwrap_or_default().outcome();
        anyhow::ensure!(outcome == Outcome::Rejected, "{outcome:?}");
        Ok(answer.result.unwrap_or_default().code)
    }

    /// Whether a report is known to have come.
    pub async fn has(&self, kind: ReportKind, tld: &str, date: &str) -> anyhow::Result<bool> {
        let request = pb::HasReportRequest {
            client: Some(client()),
            kind: kind.into(),
            tld: tld.into(),
            date: date.into(),
        };
        let answer = self.reports()?.has_report(request).await?.into_inner();
        assert!(answer.document.is_empty(), "HEAD has no body");
        Ok(answer.outcome() == Outcome::Ok)
    }

    /// Where received files lie.
    pub fn folder(&self) -> PathBuf {
        self.bed.folder().join("objects")
    }

    /// The names of all files that lie there, in order.
    pub fn objects(&self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for area in ["reports", "metrica"] {
            let Ok(entries) = std::fs::read_dir(self.folder().join(area)) else {
                continue;
            };
            for entry in entries {
                names.push(format!("{area}/{}", entry?.file_name().display()));
            }
        }
        names.sort();
        Ok(names)
    }

    /// The bytes of what was submitted under this name.
    pub async fn stored(&self, submission: &str) -> anyhow::Result<Vec<u8>> {
        let id: uuid::Uuid = submission.trim_start_matches("submissions/").parse()?;
        let object: String = sqlx::query_scalar("select object from submissions where id = $1")
            .bind(id)
            .fetch_one(&self.owner)
            .await?;
        Ok(std::fs::read(self.folder().join(object))?)
    }

    /// A number that a query answers with.
    pub async fn count(&self, query: &str) -> anyhow::Result<i64> {
        // Only tests write these queries.
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {query}"));
        Ok(sqlx::query_scalar(query).fetch_one(&self.owner).await?)
    }

    /// Waits until a query counts so many.
    pub async fn counts(&self, query: &str, expected: i64) -> anyhow::Result<()> {
        let found =
            eventually(async || Ok((self.count(query).await? == expected).then_some(()))).await;
        let count = self.count(query).await?;
        found.map_err(|error| error.context(format!("{query}: {count}, not {expected}")))
    }
}

fn unavailable(error: &anyhow::Error) -> Status {
    Status::unavailable(error.to_string())
}

/// The machine that the edge speaks of.
pub fn client() -> pb::Client {
    pb::Client {
        name: "example_ry".into(),
        party: pb::Party::RegistryOperator.into(),
        address: "192.0.2.7".into(),
    }
}

/// Something that is submitted.
#[derive(Clone)]
pub struct Sent<'a> {
    pub kind: ReportKind,
    pub tld: &'a str,
    pub path_id: &'a str,
    pub content_type: &'a str,
    pub body: Vec<u8>,
}

impl<'a> Sent<'a> {
    pub fn new(kind: ReportKind, path_id: &'a str, body: impl Into<Vec<u8>>) -> Self {
        let csv = matches!(
            kind,
            ReportKind::RegistrarTransactions | ReportKind::RegistryFunctionsActivity
        );
        Self {
            kind,
            tld: "example",
            path_id,
            content_type: if csv {
                "text/csv"
            } else {
                "text/xml; charset=utf-8"
            },
            body: body.into(),
        }
    }

    /// The messages of the stream: the header, then pieces.
    pub fn parts(&self) -> Vec<pb::SubmitReportRequest> {
        let header = Part::Header(pb::submit_report_request::Header {
            client: Some(client()),
            kind: self.kind.into(),
            tld: self.tld.into(),
            path_id: self.path_id.into(),
            content_type: self.content_type.into(),
        });
        let chunks = self.body.chunks(64 * 1024);
        let chunks = chunks.map(|chunk| Part::Chunk(chunk.to_vec()));
        std::iter::once(header)
            .chain(chunks)
            .map(|part| pb::SubmitReportRequest { part: Some(part) })
            .collect()
    }
}

/// Somebody of ICANN.
pub fn agent() -> Person {
    testbed::staff("Ada", &[Role::StaffTechnical])
}

/// The fields that a refusal names, in order.
pub fn fields(status: &Status) -> Vec<String> {
    let bad = status
        .get_details_bad_request()
        .unwrap_or_else(|| panic!("{status:?}"));
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
