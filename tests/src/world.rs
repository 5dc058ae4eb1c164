//! Which services run, who calls whom, and what each one needs: the architecture as code.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use jiff::Timestamp;
use nsp_dane::{Answer, HostName, Lookup};
use nsp_kit::{
    clock::Clock,
    config::{Base, Database},
    host::Listeners,
    testbed::{Bed, eventually, owner_pool},
};
use sqlx::{PgPool, migrate::Migrator};
use tokio::net::TcpListener;

use crate::people::Secrets;

/// Every service, on ports of its own, with the people and accounts of the demonstration data and no cases.
pub struct World {
    pub bed: Bed,
    pub clock: Clock,
    /// `https://…` of each service.
    pub identity: String,
    pub accounts: String,
    pub cases: String,
    pub maintenance: String,
    pub reporting: String,
    pub tlsauth: String,
    pub mail: String,
    /// `http://…` of the portal.
    pub portal: String,
    /// Each service's database, as its owner.
    pub databases: Vec<(&'static str, PgPool)>,
    pub(crate) secrets: Secrets,
}

/// Whose tokens the services take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// Those that identity signs: the system as it is.
    Identity,
    /// Those of the bed, for persons that the test makes up. Identity itself takes only its own, and no mail is sent:
    /// the bed knows nobody's address.
    Bed,
}

/// A DNS that does not answer.
struct Silence;

impl Lookup for Silence {
    async fn tlsa(&self, _: &HostName) -> Answer {
        Answer::Unavailable("there is no DNS in these tests".to_owned())
    }
}

struct Place {
    listeners: Listeners,
    base: Base,
    url: String,
}

impl World {
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Tokens::Identity).await
    }

    pub async fn start_with(tokens: Tokens) -> anyhow::Result<Self> {
        let clock = Clock::manual("2026-11-21T12:00:00Z".parse::<Timestamp>()?);
        let bed = Bed::new(clock.clone()).await?;
        let secrets = Secrets::make(bed.folder())?;
        let [
            identity,
            accounts,
            cases,
            maintenance,
            reporting,
            tlsauth,
            mail,
            gateway,
        ] = [
            place(&bed).await?,
            place(&bed).await?,
            place(&bed).await?,
            place(&bed).await?,
            place(&bed).await?,
            place(&bed).await?,
            place(&bed).await?,
            place(&bed).await?,
        ];
        let mut world = Self {
            identity: identity.url.clone(),
            accounts: accounts.url.clone(),
            cases: cases.url.clone(),
            maintenance: maintenance.url.clone(),
            reporting: reporting.url.clone(),
            tlsauth: tlsauth.url.clone(),
            mail: mail.url.clone(),
            portal: gateway.url.replace("https://", "http://"),
            databases: Vec::new(),
            secrets,
            clock,
            bed,
        };
        let keys_from = match tokens {
            Tokens::Identity => world.identity.clone(),
            Tokens::Bed => world.bed.identity().to_owned(),
        };
        world.start_identity(identity).await?;
        world.start_accounts(accounts, keys_from.clone()).await?;
        world.start_cases(cases, keys_from.clone()).await?;
        world
            .start_maintenance(maintenance, keys_from.clone())
            .await?;
        world.start_reporting(reporting, keys_from.clone()).await?;
        world.start_tlsauth(tlsauth, keys_from.clone()).await?;
        world.start_mail(mail, keys_from).await?;
        world.start_gateway(gateway)?;
        world.wait_until_tlds_are_known().await?;
        Ok(world)
    }

    async fn start_identity(&mut self, place: Place) -> anyhow::Result<()> {
        let config = nsp_identity::Config {
            base: place.base,
            database: self
                .make_database("identity", &nsp_identity::MIGRATOR)
                .await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("identity")?,
            clients: nsp_identity::Clients {
                accounts: self.accounts.clone(),
            },
            keys: nsp_kit::seal::Config {
                current: BASE64.encode(&[7; 32]).into(),
                previous: Vec::new(),
            },
            // As little as the algorithm takes: these tests are not about hashing.
            passwords: nsp_identity::Passwords {
                memory_kib: 8,
                iterations: 1,
                parallelism: 1,
                waiting: 64,
            },
            sessions: nsp_identity::Sessions {
                idle_minutes: 30,
                absolute_hours: 12,
            },
            places: nsp_identity::PlaceDatabase::default(),
            invitations: nsp_identity::Invitations {
                hours: 72,
                max_open: 50,
            },
            signing: nsp_identity::Signing { rotate_days: 30 },
            totp: nsp_identity::Totp {
                issuer: "NSp".to_owned(),
            },
            webauthn: nsp_identity::Webauthn {
                rp_id: "localhost".to_owned(),
                origin: "http://localhost:8080".to_owned(),
            },
            jobs: nsp_identity::Jobs { period_seconds: 1 },
        };
        nsp_identity::demo::load(&config, &demo(), Some(&self.secrets.file), &self.clock).await?;
        tokio::spawn(nsp_identity::run(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    async fn start_accounts(&mut self, place: Place, identity: String) -> anyhow::Result<()> {
        let config = nsp_accounts::Config {
            base: place.base,
            database: self
                .make_database("accounts", &nsp_accounts::MIGRATOR)
                .await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("accounts")?,
            clients: nsp_accounts::Clients { identity },
            keys: nsp_kit::seal::Config {
                current: BASE64.encode(&[8; 32]).into(),
                previous: Vec::new(),
            },
            credentials: nsp_accounts::Credentials { max_prefixes: 50 },
            jobs: nsp_accounts::Jobs { period_seconds: 60 },
        };
        nsp_accounts::demo(&config, &demo(), &self.clock).await?;
        tokio::spawn(nsp_accounts::run(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    async fn start_cases(&mut self, place: Place, identity: String) -> anyhow::Result<()> {
        let config = nsp_cases::Config {
            base: place.base,
            database: self.make_database("cases", &nsp_cases::MIGRATOR).await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("cases")?,
            clients: nsp_cases::Clients { identity },
        };
        tokio::spawn(nsp_cases::run(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    async fn start_maintenance(&mut self, place: Place, identity: String) -> anyhow::Result<()> {
        let config = nsp_maintenance::Config {
            base: place.base,
            database: self
                .make_database("maintenance", &nsp_maintenance::MIGRATOR)
                .await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("maintenance")?,
            clients: nsp_maintenance::Clients { identity },
            windows: nsp_maintenance::Windows {
                max_duration_hours: 336,
                horizon_days: 730,
                start_grace_minutes: 15,
            },
            result_codes: nsp_maintenance::ResultCodes {
                field: 2001,
                service: 2002,
                end: 2007,
                limit: 2008,
                started: 2009,
                ended: 2010,
                overlap: 2015,
            },
        };
        tokio::spawn(nsp_maintenance::run(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    async fn start_reporting(&mut self, place: Place, identity: String) -> anyhow::Result<()> {
        let config = nsp_reporting::Config {
            base: place.base,
            database: self
                .make_database("reporting", &nsp_reporting::MIGRATOR)
                .await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("reporting")?,
            clients: nsp_reporting::Clients { identity },
            objects: nsp_reporting::ObjectsConfig {
                folder: self.bed.folder().join("objects"),
            },
            contract: nsp_reporting::Contract::shipped()?,
        };
        tokio::spawn(nsp_reporting::run(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    async fn start_tlsauth(&mut self, place: Place, identity: String) -> anyhow::Result<()> {
        let config = nsp_tlsauth::Config {
            base: place.base,
            database: self
                .make_database("tlsauth", &nsp_tlsauth::MIGRATOR)
                .await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("tlsauth")?,
            clients: nsp_tlsauth::Clients { identity },
            entries: nsp_tlsauth::Entries {
                open_prefix_ipv4: 8,
                open_prefix_ipv6: 19,
            },
            uploads: nsp_tlsauth::Uploads { waiting_days: 14 },
            grants: nsp_tlsauth::Grants { max_days: 1_096 },
            certificates: nsp_tlsauth::Certificates {
                allow_expired: true,
            },
            dane: nsp_dane::Settings::default(),
        };
        tokio::spawn(nsp_tlsauth::run_with(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
            Silence,
        ));
        Ok(())
    }

    async fn start_mail(&mut self, place: Place, identity: String) -> anyhow::Result<()> {
        let mailbox = TcpListener::bind("127.0.0.1:0").await?;
        let config = nsp_mail::Config {
            base: place.base,
            database: self.make_database("mail", &nsp_mail::MIGRATOR).await?,
            nats: self.bed.nats(),
            tls: self.bed.tls("mail")?,
            clients: nsp_mail::Clients { identity },
            smtp: nsp_mail::Smtp {
                url: format!("smtp://{}", mailbox.local_addr()?).into(),
                allow_plaintext: true,
                ca: None,
            },
            mail: nsp_mail::Mail {
                from: "NSp <portal@naming-services.example>".to_owned(),
                help: "help@naming-services.example".to_owned(),
            },
            portal: nsp_mail::Portal {
                url: self.portal.clone(),
            },
            development: nsp_mail::Development {
                enabled: true,
                smtp_listen: mailbox.local_addr()?,
            },
        };
        let (clock, stop) = (self.clock.clone(), self.bed.stop.clone());
        tokio::spawn(nsp_mail::run(
            config,
            place.listeners,
            Some(mailbox),
            clock,
            stop,
        ));
        Ok(())
    }

    fn start_gateway(&self, place: Place) -> anyhow::Result<()> {
        let config = nsp_gateway::Config {
            base: place.base,
            nats: self.bed.nats(),
            tls: self.bed.tls("gateway")?,
            clients: nsp_gateway::Addresses {
                identity: self.identity.clone(),
                accounts: self.accounts.clone(),
                cases: self.cases.clone(),
                maintenance: self.maintenance.clone(),
                reporting: self.reporting.clone(),
                mail: self.mail.clone(),
                tlsauth: self.tlsauth.clone(),
            },
            portal: nsp_gateway::Portal {
                url: self.portal.clone(),
                help: "help@naming-services.example".to_owned(),
                trusted_proxies: Vec::new(),
            },
            development: nsp_gateway::Development { enabled: true },
        };
        tokio::spawn(nsp_gateway::run(
            config,
            place.listeners,
            self.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    async fn make_database(
        &mut self,
        service: &'static str,
        migrator: &Migrator,
    ) -> anyhow::Result<Database> {
        let config = self.bed.database(service, migrator).await?;
        self.databases.push((service, owner_pool(&config).await?));
        Ok(config)
    }

    /// The database of a service, as its owner.
    pub fn database(&self, service: &str) -> &PgPool {
        let found = self.databases.iter().find(|(name, _)| *name == service);
        &found.expect("the service has a database").1
    }

    /// The accounts service tells cases, maintenance, reporting and tlsauth of TLDs by events.
    async fn wait_until_tlds_are_known(&self) -> anyhow::Result<()> {
        let count = async |service| -> anyhow::Result<i64> {
            Ok(sqlx::query_scalar("select count(*) from tlds")
                .fetch_one(self.database(service))
                .await?)
        };
        eventually(async || {
            let all = count("accounts").await?;
            for service in ["cases", "maintenance", "reporting", "tlsauth"] {
                if count(service).await? != all {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
        .await
    }
}

async fn place(bed: &Bed) -> anyhow::Result<Place> {
    let (listeners, url) = bed.listeners().await?;
    let (listen, admin) = (listeners.main.local_addr()?, listeners.admin.local_addr()?);
    Ok(Place {
        listeners,
        base: Base {
            listen,
            admin,
            otlp_endpoint: None,
        },
        url,
    })
}

/// The folder of the demonstration data.
pub fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo")
}
