//! The service in this process, and the people who use it.

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::{Clock, to_proto},
    config::{Base, Database},
    id::AccountId,
    status::reason,
    testbed::{self, Bed, eventually},
};
use nsp_maintenance::{Clients, Config, MIGRATOR, ResultCodes, Windows, run};
use nsp_proto::{
    FieldMask,
    auth::v1::Role,
    maintenance::v1::{
        CreateWindowsRequest, DeleteWindowsRequest, UpdateWindowRequest, Window,
        feed_service_client::FeedServiceClient, schedule_service_client::ScheduleServiceClient,
        window_service_client::WindowServiceClient,
    },
};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};
use tonic_types::StatusExt;

pub type Client = WindowServiceClient<Channel>;
pub type Schedules = ScheduleServiceClient<Channel>;
pub type Feeds = FeedServiceClient<Channel>;

/// The service on ports of its own; it stops when dropped.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    pub owner: PgPool,
    pub database: Database,
    channel: Channel,
    edge: Channel,
    /// The one that [`World::start`] has started.
    pub running: Option<CancellationToken>,
}

impl World {
    /// With the TLDs `one` and `two` of Jane's account, and `foreign` of another.
    pub async fn start() -> anyhow::Result<Self> {
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse::<Timestamp>()?);
        let bed = Bed::new(clock.clone()).await?;
        let database = bed.database("maintenance", &MIGRATOR).await?;
        let owner = testbed::owner_pool(&database).await?;
        let channel = bed.channel("maintenance", "https://127.0.0.1:1", "gateway")?;
        let mut world = Self {
            bed,
            clock,
            owner,
            database,
            edge: channel.clone(),
            channel,
            running: None,
        };
        world.run().await?;
        Ok(world)
    }

    /// Starts the service, or a second one on the same database.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        let (listeners, address) = self.bed.listeners().await?;
        let config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            database: self.database.clone(),
            nats: self.bed.nats(),
            tls: self.bed.tls("maintenance")?,
            clients: Clients {
                identity: self.bed.identity().to_owned(),
            },
            windows: Windows {
                max_duration_hours: 336,
                horizon_days: 730,
                start_grace_minutes: 15,
            },
            result_codes: ResultCodes {
                field: 2001,
                service: 2002,
                end: 2007,
                limit: 2008,
                started: 2009,
                ended: 2010,
                overlap: 2015,
            },
        };
        let stop = self.bed.stop.child_token();
        tokio::spawn(run(config, listeners, self.clock.clone(), stop.clone()));
        self.channel = self.bed.channel("maintenance", &address, "gateway")?;
        self.edge = self.bed.channel("maintenance", &address, "access")?;
        self.running = Some(stop);
        Ok(())
    }

    /// A client that calls for `person`.
    pub fn client(&self, person: &Person) -> anyhow::Result<Client> {
        Ok(Client::new(self.channel.acting(&self.bed.token(person)?)))
    }

    pub fn feeds(&self, person: &Person) -> anyhow::Result<Feeds> {
        Ok(Feeds::new(self.channel.acting(&self.bed.token(person)?)))
    }

    /// Clients that call as the gateway itself, with no person behind it.
    pub fn anonymous(&self) -> (Client, Feeds) {
        let channel = self.channel.clone();
        (Client::new(channel.clone()), Feeds::new(channel))
    }

    /// The gateway's way to the service.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// A client that calls as the edge.
    pub fn edge(&self) -> Schedules {
        Schedules::new(self.edge.clone())
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

    /// Someone of an account with the TLDs `labels`.
    pub async fn person(&self, name: &str, labels: &[&str]) -> anyhow::Result<Person> {
        let person = testbed::portal_user(name, AccountId::new(), &[Role::Technical]);
        for label in labels {
            self.add_tld(label, person.account.unwrap()).await?;
        }
        Ok(person)
    }

    /// What was done, in the order in which it was.
    pub async fn audited(&self) -> anyhow::Result<Vec<String>> {
        Ok(
            sqlx::query_scalar("select action from kit.audit order by id")
                .fetch_all(&self.owner)
                .await?,
        )
    }

    /// Waits until these starts and ends, and no others, were announced.
    pub async fn announced(&self, expected: &[&str]) -> anyhow::Result<()> {
        let result = eventually(async || {
            let all = self.audited().await?;
            let by_clock = all
                .into_iter()
                .filter(|action| action == "window.started" || action == "window.ended");
            let found: Vec<String> = by_clock.collect();
            assert!(found.len() <= expected.len(), "{found:?}");
            Ok((found == expected).then_some(()))
        })
        .await;
        result.map_err(|error| error.context(format!("{expected:?}")))
    }

    /// A moment so many minutes from now.
    pub fn at(&self, minutes: i64) -> Timestamp {
        self.clock.now() + SignedDuration::from_mins(minutes)
    }

    /// An enabled window about DNS, from and until so many minutes from now.
    pub fn window(&self, tld: &str, start: i64, end: i64) -> Window {
        Window {
            tld: tld.to_owned(),
            service: "dns".to_owned(),
            display_name: format!("Work on {tld}"),
            description: "Anycast sites move.".to_owned(),
            start_time: Some(to_proto(self.at(start))),
            end_time: Some(to_proto(self.at(end))),
            enabled: true,
            ..Default::default()
        }
    }
}

pub fn agent() -> Person {
    testbed::staff("Ada", &[Role::StaffAgent])
}

pub fn create(windows: &[Window]) -> CreateWindowsRequest {
    CreateWindowsRequest {
        windows: windows.to_vec(),
        ..Default::default()
    }
}

pub fn validate(windows: &[Window]) -> CreateWindowsRequest {
    CreateWindowsRequest {
        validate_only: true,
        ..create(windows)
    }
}

/// Creates one window.
pub async fn add(client: &mut Client, window: Window) -> Result<Window, Status> {
    let answer = client.create_windows(create(&[window])).await?;
    Ok(answer.into_inner().windows.remove(0))
}

/// A change of `window` in the fields of `mask`.
pub fn update(window: &Window, mask: &[&str]) -> UpdateWindowRequest {
    UpdateWindowRequest {
        window: Some(window.clone()),
        update_mask: Some(FieldMask {
            paths: mask.iter().map(|path| (*path).to_owned()).collect(),
        }),
        validate_only: false,
    }
}

pub fn delete(windows: &[&Window]) -> DeleteWindowsRequest {
    DeleteWindowsRequest {
        names: windows.iter().map(|window| window.name.clone()).collect(),
        ..Default::default()
    }
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
