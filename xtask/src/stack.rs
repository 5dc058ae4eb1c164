//! The whole stack: PostgreSQL, NATS, a DNS and the services, started in order and stopped in reverse.

use crate::cargo::cargo;
use crate::environment::{self, Surroundings};
use crate::ports::Held;
use crate::progress::step;
use crate::services::{Plan, Profile, SERVICES, Service};
use crate::stop::Stop;
use crate::{demo, dns, http};
use anyhow::{Context as _, anyhow, bail, ensure};
use data_encoding::BASE64;
use nsp_testbed::ca::Authority;
use nsp_testbed::dns::Dns;
use nsp_testbed::{Access, Nats, Options, Postgres, process, secret};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a service may take to be ready, and to stop.
const READY: Duration = Duration::from_mins(1);
const DRAIN: Duration = Duration::from_secs(15);

/// What runs. Dropping it stops all of it.
pub struct Stack {
    services: Vec<Running>,
    nats: Nats,
    dns: Dns,
    /// Last, so that it is dropped last.
    postgres: Postgres,
}

struct Running {
    prepared: Prepared,
    child: Child,
}

/// A service with everything it needs to be run.
struct Prepared {
    service: &'static Service,
    binary: PathBuf,
    log: PathBuf,
    settings: Vec<(String, String)>,
}

impl Stack {
    /// Builds and starts everything, and returns when all of it is ready.
    pub fn start(plan: &Plan, stop: &Stop) -> anyhow::Result<Self> {
        let mut held = hold_ports(plan)?;
        build(plan)?;
        stop.check()?;
        let postgres = step(
            "PostgreSQL",
            || Postgres::start(&plan.home.join("postgres"), Options::DEVELOPMENT),
            |postgres| format!("127.0.0.1:{}", postgres.port()),
        )?;
        let nats = step(
            "NATS",
            || Nats::start(&plan.home.join("nats")),
            |nats| nats.url().trim_start_matches("nats://").to_owned(),
        )?;
        let dns = step("DNS", || dns::start(plan), |dns| dns.address().to_string())?;
        stop.check()?;
        let mut stack = Self {
            services: Vec::new(),
            nats,
            dns,
            postgres,
        };
        let prepared = step(
            "databases, certificates",
            || stack.prepare(plan),
            |_| String::new(),
        )?;
        for part in prepared.iter().filter(|part| part.service.database) {
            stop.check()?;
            step(
                &format!("migrate {}", part.service.name),
                || {
                    part.run(&["migrate"]).context(
                        "if a migration was changed after it ran here, `cargo xtask down --wipe` begins anew",
                    )
                },
                |()| String::new(),
            )?;
        }
        load_demonstration(plan, &prepared, stop)?;
        for prepared in prepared {
            held.give(&plan.ports_of(prepared.service));
            let child = prepared.spawn()?;
            stack.services.push(Running { prepared, child });
        }
        for service in &SERVICES {
            let port = plan.port(service);
            step(
                service.name,
                || stack.wait_ready(plan, service, stop),
                |()| format!("127.0.0.1:{port}"),
            )?;
        }
        Ok(stack)
    }

    pub fn nats(&self) -> &str {
        self.nats.url()
    }

    /// The database of a service.
    pub fn database(&self, service: &str) -> anyhow::Result<Access> {
        self.postgres
            .ensure_database(service, &format!("nsp_{service}"))
    }

    /// A service that ended although nobody stopped it, and its last words.
    pub fn dead(&mut self) -> Option<String> {
        if !self.nats.is_running() {
            let log = process::tail(self.nats.log(), 30);
            return Some(format!(
                "NATS ended. {} ends with:\n{log}",
                self.nats.log().display()
            ));
        }
        if !self.dns.is_running() {
            let log = process::tail(&self.dns.log(), 30);
            return Some(format!(
                "The DNS ended. {} ends with:\n{log}",
                self.dns.log().display()
            ));
        }
        self.services.iter_mut().find_map(|running| {
            let status = running.child.try_wait().ok()??;
            let log = process::tail(&running.prepared.log, 30);
            let path = running.prepared.log.display();
            Some(format!(
                "{} ended ({status}). {path} ends with:\n{log}",
                running.prepared.service.name
            ))
        })
    }

    /// The process of each service.
    pub fn processes(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let services = self.services.iter();
        services.map(|running| (running.prepared.service.name, running.child.id()))
    }

    /// Stops a service and starts it again; says how long it took from the start to ready.
    pub fn restart(&mut self, plan: &Plan, name: &str) -> anyhow::Result<Duration> {
        let named = |running: &&mut Running| running.prepared.service.name == name;
        let running = self.services.iter_mut().find(named);
        let running = running.with_context(|| format!("there is no {name}"))?;
        process::stop(&mut running.child, DRAIN)?;
        let began = Instant::now();
        running.child = running.prepared.spawn()?;
        let admin = plan.admin(running.prepared.service);
        while http::get(admin, "/readyz").is_none_or(|answer| answer.status != 200) {
            ensure!(began.elapsed() < READY, "{name} is not ready");
            thread::sleep(Duration::from_millis(2));
        }
        Ok(began.elapsed())
    }

    fn prepare(&self, plan: &Plan) -> anyhow::Result<Vec<Prepared>> {
        fs::create_dir_all(plan.home.join("log"))?;
        fs::create_dir_all(plan.home.join("keys"))?;
        let tls = plan.home.join("tls");
        let authority = Authority::open(&tls)?;
        SERVICES
            .iter()
            .map(|service| {
                let name = service.name;
                let database = service
                    .database
                    .then(|| self.postgres.ensure_database(name, &format!("nsp_{name}")));
                let around = Surroundings {
                    nats: self.nats.url(),
                    dns: self.dns.address(),
                    trust_anchor: self.dns.trust_anchor(),
                    tls: authority.files(&tls, name)?,
                    database: database.transpose()?,
                    key: service.seals.then(|| sealing_key(plan, name)).transpose()?,
                };
                let log = plan.log(name);
                // The log is of this run; the one before it is kept for whoever asks what happened.
                let _ = fs::rename(&log, log.with_extension("log.old"));
                Ok(Prepared {
                    service,
                    binary: plan.binary(service),
                    log,
                    settings: environment::of(plan, service, &around),
                })
            })
            .collect()
    }

    fn wait_ready(&mut self, plan: &Plan, service: &Service, stop: &Stop) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let answer = http::get(plan.admin(service), "/readyz");
            if answer.as_ref().is_some_and(|answer| answer.status == 200) {
                return Ok(());
            }
            stop.check()?;
            if let Some(report) = self.dead() {
                bail!("{report}");
            }
            if began.elapsed() > READY {
                let said = answer.map_or_else(|| "nothing".to_owned(), |answer| answer.body);
                let log = plan.log(service.name);
                let tail = process::tail(&log, 30);
                bail!(
                    "{} is not ready after {} s: it says {said:?}. {} ends with:\n{tail}",
                    service.name,
                    READY.as_secs(),
                    log.display()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for running in self.services.iter_mut().rev() {
            // One that cannot be stopped must not keep the others from being stopped.
            if let Err(error) = process::stop(&mut running.child, DRAIN) {
                eprintln!(
                    "{} cannot be stopped: {error}",
                    running.prepared.service.name
                );
            }
        }
        if let Err(error) = self.dns.stop() {
            eprintln!("the DNS cannot be stopped: {error}");
        }
        if let Err(error) = self.nats.stop() {
            eprintln!("NATS cannot be stopped: {error}");
        }
    }
}

impl Prepared {
    fn command(&self) -> anyhow::Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = process::bound(&self.binary, "TERM");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let mut command = self.command()?;
        command.arg("serve");
        let name = self.service.name;
        process::spawn(command).with_context(|| format!("{name} cannot be started"))
    }

    /// Runs a subcommand to its end.
    fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = self.command()?;
        command.args(arguments).stdin(Stdio::null());
        let status = process::spawn(command).and_then(|mut child| child.wait())?;
        ensure!(
            status.success(),
            "{} {} failed ({status}). {} ends with:\n{}",
            self.service.name,
            arguments.join(" "),
            self.log.display(),
            process::tail(&self.log, 30)
        );
        Ok(())
    }
}

/// Made once: what it sealed must stay readable.
fn sealing_key(plan: &Plan, service: &str) -> anyhow::Result<String> {
    secret::get_or_make(&plan.home.join("keys").join(service), || {
        Ok(BASE64.encode(&secret::random::<32>()?))
    })
}

fn hold_ports(plan: &Plan) -> anyhow::Result<Held> {
    Held::take(&plan.ports()).map_err(|taken| {
        anyhow!(
            "these ports are taken:\n{}\nStop what uses them, or choose others with --port-offset 100",
            taken.join("\n")
        )
    })
}

/// Builds the services, and what they are measured with: together, since a package that is built alone has its
/// libraries built once more, without the features that others want. Cargo shows its own progress.
fn build(plan: &Plan) -> anyhow::Result<()> {
    let mut command = cargo();
    command.args(["build", "--bins"]);
    let names = SERVICES.iter().map(|service| service.name);
    for name in names.chain(plan.tools.iter().copied()) {
        command.args(["--package", &format!("nsp-{name}")]);
    }
    if plan.profile == Profile::Release {
        command.arg("--release");
    }
    let status = command.status().context("cargo cannot be started")?;
    ensure!(status.success(), "the services do not compile");
    Ok(())
}

/// Every service looks itself whether it has data already.
fn load_demonstration(plan: &Plan, prepared: &[Prepared], stop: &Stop) -> anyhow::Result<()> {
    demo::secrets(&plan.home, &demo::users(&plan.demo)?)?;
    let (data, secrets) = (
        plan.demo.display().to_string(),
        demo::secrets_file(&plan.home).display().to_string(),
    );
    for part in prepared.iter().filter(|part| part.service.demo) {
        stop.check()?;
        let name = format!("demonstration {}", part.service.name);
        step(
            &name,
            || part.run(&["demo", "--data", &data, "--secrets", &secrets]),
            |()| String::new(),
        )?;
    }
    Ok(())
}
