//! The services as processes, each behind a network that can break, with a PostgreSQL and a NATS of their own.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context;
use async_nats::jetstream::{self, consumer};
use data_encoding::BASE64;
use nsp_kit::{
    client::{self, Channel},
    clock::Clock,
    config,
    db::{self, Database},
    events::inbox,
    host::connect_nats,
    proxy::Proxy,
    tls::Certificates,
};
use nsp_testbed::{Access, Durability, Nats, Options, Postgres, ca::Authority, secret};
use sqlx::{Connection, PgConnection, PgPool, migrate::Migrator};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tracing::Level;

use crate::{
    observer::{self, Observer},
    people::{self, Person},
    post::Post,
    process::{self, Service},
    settings::{Surroundings, settings},
};

/// What runs: two replicas of the service with the work, one of each other.
const LABELS: [&str; 4] = ["identity", "cases-1", "cases-2", "mail"];
/// Outside the range from which the kernel takes ports for connections, so that a service finds its port free again.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
const OPTIONS: Options = Options {
    durability: Durability::Fast,
    linger: Duration::ZERO,
};
/// The order in which comments became real: the case's lock is held while a number is drawn.
const TRUTH: &str = "
    create table truth (seq bigint generated always as identity, case_id uuid not null, comment uuid not null);
    create function note_truth() returns trigger language plpgsql security definer as
        $$ begin insert into public.truth (case_id, comment) values (new.case_id, new.id); return null; end $$;
    create trigger truth after insert on comments for each row when (new.activity = 'comment')
        execute function note_truth();";
static NO_TABLES: Migrator = Migrator::DEFAULT;

pub struct World {
    pub services: Vec<Service>,
    /// Between everyone and PostgreSQL.
    pub database: Proxy,
    /// Between everyone and NATS.
    pub broker: Proxy,
    pub post: Post,
    pub people: Vec<Person>,
    lines: Vec<Channel>,
    observing: JoinHandle<anyhow::Result<()>>,
    /// What the observer warned of.
    pub log: PathBuf,
    owners: Vec<(&'static str, String)>,
    nats: Mutex<Option<Nats>>,
    nats_folder: PathBuf,
    postgres: Mutex<Option<Postgres>>,
    postgres_folder: PathBuf,
    tls: PathBuf,
    _folder: TempDir,
}

impl World {
    pub async fn start() -> anyhow::Result<Arc<Self>> {
        Self::start_on(None).await
    }

    /// With PostgreSQL's data in a folder of somebody else's.
    pub async fn start_on(postgres_folder: Option<PathBuf>) -> anyhow::Result<Arc<Self>> {
        let folder = TempDir::new()?;
        // PostgreSQL may be another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
        // They stay, for whoever asks why a test failed.
        let logs = nsp_testbed::home().join("faults");
        fs::create_dir_all(&logs)?;
        let (postgres_folder, nats_folder, tls) = (
            postgres_folder.unwrap_or_else(|| folder.path().join("postgres")),
            folder.path().join("nats"),
            folder.path().join("tls"),
        );
        let log = logs.join("observer.log");
        keep_warnings(&log)?;
        let postgres = start_postgres(&postgres_folder).await?;
        cheap_passwords(&postgres).await?;
        let nats = start_nats(&nats_folder).await?;
        let database = Proxy::open(Some(local(postgres.port()))).await?;
        let broker = Proxy::open(Some(address_of(&nats)?)).await?;
        let letterbox = Post::default();
        let smtp = letterbox.open().await?;
        let authority = Authority::open(&tls)?;
        authority.files(&tls, "gateway")?;

        let through = |url: &nsp_testbed::PgUrl| {
            let (from, to) = (postgres.port(), database.address().port());
            url.to_string()
                .replace(&format!(":{from}/"), &format!(":{to}/"))
        };
        let (mut owners, mut services) = (Vec::new(), Vec::new());
        let key = BASE64.encode(&secret::random::<32>()?);
        let mut identity = String::new();
        for label in LABELS {
            let name = process::name(label);
            let Access { owner, service } =
                postgres.ensure_database(name, &format!("nsp_{name}"))?;
            owners.push((name, through(&owner)));
            let files = authority.files(&tls, name)?;
            let (port, admin) = (free_port()?, free_port()?);
            let proxy = Proxy::open(Some(local(port))).await?;
            if label == "identity" {
                identity = format!("https://{}", proxy.address());
            }
            let settings = settings(&Surroundings {
                label,
                ports: [port, admin],
                nats: format!("nats://{}", broker.address()),
                database: through(&service),
                owner: through(&owner),
                files,
                identity: identity.clone(),
                key: key.clone(),
                smtp,
            });
            let log = logs.join(format!("{label}.log"));
            fs::write(&log, "")?;
            services.push(Service {
                label,
                proxy,
                settings,
                admin,
                log,
                child: Mutex::default(),
            });
        }
        owners.dedup_by_key(|(name, _)| *name);
        for service in services.iter().filter(|service| service.label != "cases-2") {
            service.run(&["migrate"])?;
        }
        let demo = people::write_files(folder.path())?;
        services[0].run(&["demo", "--data", &demo.folder, "--secrets", &demo.secrets])?;
        for service in &services {
            service.start()?;
        }
        let observing = observe(&postgres, &database, &broker, &mut owners).await?;

        let mut world = Self {
            lines: Vec::new(),
            people: Vec::new(),
            services,
            database,
            broker,
            post: letterbox,
            observing,
            log,
            owners,
            nats: Mutex::new(Some(nats)),
            nats_folder,
            postgres: Mutex::new(Some(postgres)),
            postgres_folder,
            tls,
            _folder: folder,
        };
        let cases = world.owner("cases").await?;
        sqlx::raw_sql(TRUTH).execute(&cases).await?;
        world.ready().await?;
        for label in LABELS {
            let line = world.connect(label)?;
            world.lines.push(line);
        }
        world.people = people::sign_in(&world, &demo).await?;
        Ok(Arc::new(world))
    }

    pub fn service(&self, label: &str) -> &Service {
        let found = self.services.iter().find(|service| service.label == label);
        found.expect("a label of this file")
    }

    /// The connection to a service that all tests share.
    pub fn line(&self, label: &str) -> Channel {
        let at = LABELS.iter().position(|one| *one == label);
        self.lines[at.expect("a label of this file")].clone()
    }

    /// A new connection to a service, with the gateway's certificate.
    pub fn connect(&self, label: &'static str) -> anyhow::Result<Channel> {
        let certificates = Certificates::load(&config::Tls {
            ca: self.tls.join("ca.pem"),
            certificate: self.tls.join("gateway.pem"),
            key: self.tls.join("gateway.key"),
        })?;
        let url = format!("https://{}", self.service(label).proxy.address());
        client::connect(process::name(label), &url, &certificates)
    }

    /// The folder with everybody's certificates.
    pub fn tls(&self) -> &Path {
        &self.tls
    }

    /// The address of a service's database, as its owner.
    pub fn owner_url(&self, service: &str) -> anyhow::Result<&str> {
        let found = self.owners.iter().find(|(name, _)| *name == service);
        Ok(&found.context("no such database")?.1)
    }

    /// The database of a service, as its owner.
    pub async fn owner(&self, service: &str) -> anyhow::Result<PgPool> {
        Ok(PgPool::connect(self.owner_url(service)?).await?)
    }

    /// PostgreSQL itself, past the network, as a superuser.
    pub async fn superuser(&self) -> anyhow::Result<PgConnection> {
        let url = self
            .postgres
            .lock()
            .unwrap()
            .as_ref()
            .map(|it| it.url().to_string());
        Ok(PgConnection::connect(&url.context("PostgreSQL is down")?).await?)
    }

    /// Waits until every service says that it is ready, and checks that none ended by itself.
    pub async fn ready(&self) -> anyhow::Result<()> {
        for service in &self.services {
            service.ready().await?;
        }
        Ok(())
    }

    /// How JetStream sees the observer, past the network.
    pub async fn consumer(&self) -> anyhow::Result<consumer::Info> {
        let url = self
            .nats
            .lock()
            .unwrap()
            .as_ref()
            .map(|nats| nats.url().to_owned());
        let js = jetstream::new(async_nats::connect(url.context("NATS is down")?).await?);
        let stream = js.get_stream("NSP").await?;
        Ok(stream.consumer_info("observer-nsp-cases-v1").await?)
    }

    pub fn kill_nats(&self) {
        // Dropping it is kill -9.
        *self.nats.lock().unwrap() = None;
    }

    pub async fn start_nats(&self) -> anyhow::Result<()> {
        let nats = start_nats(&self.nats_folder).await?;
        let address = address_of(&nats)?;
        self.broker.change(|network| network.to = Some(address));
        *self.nats.lock().unwrap() = Some(nats);
        Ok(())
    }

    /// Stops NATS with SIGSTOP, or lets it go on with SIGCONT.
    pub fn signal_nats(&self, signal: &str) {
        if let Some(nats) = &*self.nats.lock().unwrap() {
            nsp_testbed::process::signal(nats.pid(), signal);
        }
    }

    pub fn kill_postgres(&self) {
        if let Some(postgres) = &*self.postgres.lock().unwrap()
            && let Some(pid) = postgres.pid()
        {
            nsp_testbed::process::signal(pid, "KILL");
            nsp_testbed::process::wait_gone(pid, Duration::from_secs(5));
        }
    }

    /// Starts PostgreSQL where it does not run.
    pub async fn start_postgres(&self) -> anyhow::Result<()> {
        let postgres = start_postgres(&self.postgres_folder).await?;
        let address = local(postgres.port());
        self.database.change(|network| network.to = Some(address));
        // The old one is dropped after the new one holds the server.
        let old = self.postgres.lock().unwrap().replace(postgres);
        drop(old);
        Ok(())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.observing.abort();
        for service in &self.services {
            let _ = service.kill();
        }
        *self.postgres.lock().unwrap() = None;
        let _ = Postgres::wipe(&self.postgres_folder);
    }
}

/// The first world of the process decides; worlds come one after the other.
fn keep_warnings(log: &Path) -> anyhow::Result<()> {
    fs::write(log, "")?;
    let file = fs::File::options().append(true).open(log)?;
    let subscriber = tracing_subscriber::fmt().json().with_max_level(Level::WARN);
    let _ = subscriber.with_writer(Mutex::new(file)).try_init();
    Ok(())
}

async fn observe(
    postgres: &Postgres,
    database: &Proxy,
    broker: &Proxy,
    owners: &mut Vec<(&'static str, String)>,
) -> anyhow::Result<JoinHandle<anyhow::Result<()>>> {
    let access = postgres.ensure_database("observer", "nsp_observer")?;
    let through = |url: &nsp_testbed::PgUrl| {
        let (from, to) = (postgres.port(), database.address().port());
        url.to_string()
            .replace(&format!(":{from}/"), &format!(":{to}/"))
    };
    let config = config::Database {
        url: through(&access.service).into(),
        owner_url: Some(through(&access.owner).into()),
        max_connections: 4,
    };
    db::migrate(&config, "observer", &NO_TABLES).await?;
    let mut owner = PgConnection::connect(&through(&access.owner)).await?;
    sqlx::raw_sql(observer::TABLES).execute(&mut owner).await?;
    owners.push(("observer", through(&access.owner)));

    let nats = config::Nats {
        url: format!("nats://{}", broker.address()),
    };
    let js = jetstream::new(connect_nats("observer", &nats).await?);
    let db = Database::connect(&config)?;
    Ok(tokio::spawn(async move {
        inbox::consume(&Observer, &db, &js, &Clock::system()).await
    }))
}

/// Fifty connections at once, again and again, of programs that are not optimised: SCRAM's thousands of hashes would be
/// most of what these tests do.
async fn cheap_passwords(postgres: &Postgres) -> anyhow::Result<()> {
    let mut superuser = PgConnection::connect(&postgres.url().to_string()).await?;
    let file: String = sqlx::query_scalar("show hba_file")
        .fetch_one(&mut superuser)
        .await?;
    let rules = format!(
        "copy (values ('host all postgres 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 md5')) to '{file}'"
    );
    for statement in [
        "alter system set password_encryption = 'md5'",
        &rules,
        "select pg_reload_conf()",
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut superuser)
            .await?;
    }
    Ok(())
}

async fn start_postgres(folder: &Path) -> anyhow::Result<Postgres> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || Postgres::start(&folder, OPTIONS)).await?
}

async fn start_nats(folder: &Path) -> anyhow::Result<Nats> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || Nats::start(&folder)).await?
}

fn address_of(nats: &Nats) -> anyhow::Result<SocketAddr> {
    let address = nats.url().trim_start_matches("nats://");
    address.parse().context("the address of NATS")
}

fn local(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

fn free_port() -> anyhow::Result<u16> {
    loop {
        let port = u16::from_le_bytes(secret::random()?);
        if PORTS.contains(&port) && TcpListener::bind(local(port)).is_ok() {
            return Ok(port);
        }
    }
}
