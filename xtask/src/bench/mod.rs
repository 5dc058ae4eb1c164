//! `cargo xtask bench`: an optimised stack with fresh demonstration data, measured. Prints the tables of `docs/capacity.md`.

mod crowd;
mod decision;
mod machine;
mod nginx;

use self::nginx::Nginx;
use crate::services::{Plan, Profile, SERVICES};
use crate::stack::Stack;
use crate::state::State;
use crate::stop::Stop;
use crate::{demo, packages, ports};
use anyhow::{Context as _, ensure};
use nsp_testbed::ca::Authority;
use nsp_testbed::{Postgres, home, process, target_dir};
use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// After this long, a service that was just started does nothing any more.
const IDLE: Duration = Duration::from_secs(15);
const STARTS: usize = 5;

#[derive(clap::Args)]
pub struct Arguments {
    /// Only these: processes, decision, portal, comments, policy, access, sign-in, revocation, outbox
    parts: Vec<String>,
}

impl Arguments {
    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|name| name == part)
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    packages::ensure(&packages::RUN)?;
    if arguments.wants("access") {
        packages::ensure(&packages::NGINX)?;
        raise_limit_of_files()?;
    }
    let home = home().join("bench");
    // Figures are about the demonstration data, whatever was measured before.
    Postgres::wipe(&home.join("postgres"))?;
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let stop = Stop::on_signal()?;
    let _state = State::claim(&home)?;
    let dns = machine::prepare(&home)?;
    let plan = Plan {
        demo: crowd::join(&home)?,
        tools: &["load"],
        home,
        dns: Some(machine::resolver(&dns)),
        ..Plan::development(ports::free_offset()?, Profile::Release)
    };
    let mut stack = Stack::start(&plan, &stop)?;
    if arguments.wants("processes") {
        processes(&mut stack, &plan, &stop)?;
    }
    if arguments.wants("decision") {
        decision::measure()?;
    }
    let ours = ["processes", "decision"];
    let parts = arguments
        .parts
        .iter()
        .filter(|part| !ours.contains(&part.as_str()));
    if arguments.parts.is_empty() || parts.clone().next().is_some() {
        let nginx = if arguments.wants("access") {
            let tls = plan.home.join("tls");
            let server = Authority::open(&tls)?.files(&tls, "access")?;
            Some(Nginx::start(&plan.home.join("nginx"), &server)?)
        } else {
            None
        };
        load(&plan, &stack, nginx.as_ref(), parts)?;
    }
    if let Some(report) = stack.dead() {
        println!("{report}");
    }
    Ok(())
}

/// Ten thousand connections are as many files, at both ends. What we start has our limit.
fn raise_limit_of_files() -> anyhow::Result<()> {
    let mut command = Command::new("prlimit");
    command.args(["--pid", &std::process::id().to_string(), "--nofile=16384:"]);
    process::output(&mut command).context("16,384 open files must be allowed (ulimit -Hn)")?;
    Ok(())
}

/// What every process takes when nobody asks for anything, and how soon it is ready.
fn processes(stack: &mut Stack, plan: &Plan, stop: &Stop) -> anyhow::Result<()> {
    println!(
        "\n| process | start to ready, median of {STARTS} | memory when idle |\n|---|---|---|"
    );
    for service in &SERVICES {
        stop.check()?;
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            starts.push(stack.restart(plan, service.name)?);
        }
        starts.sort();
        thread::sleep(IDLE);
        let process = stack.processes().find(|(name, _)| *name == service.name);
        let (_, process) = process.context("it runs")?;
        let memory = resident(process)?;
        println!(
            "| {} | {} ms | {} MB |",
            service.name,
            starts[STARTS / 2].as_millis(),
            memory / 1000
        );
    }
    Ok(())
}

/// Resident memory of a process in kilobytes, as the kernel counts it.
fn resident(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: u64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("VmRSS")?
        .parse()?;
    Ok(kibibytes * 1024 / 1000)
}

fn load<'a>(
    plan: &Plan,
    stack: &Stack,
    nginx: Option<&Nginx>,
    parts: impl Iterator<Item = &'a String>,
) -> anyhow::Result<()> {
    let mut command = Command::new(target_dir().join("release/nsp-load"));
    command
        .args(parts)
        .env("NSP_URL", plan.url())
        .env("NSP_SECRETS", demo::secrets_file(&plan.home))
        .env("NSP_TLS", plan.home.join("tls"))
        .env("NSP_NATS", stack.nats())
        .env("NSP_MACHINE", machine::NAME);
    if let Some(nginx) = nginx {
        command
            .env("NSP_NGINX", nginx.address().to_string())
            .env("NSP_NGINX_PROCESS", nginx.process().to_string());
    }
    for (name, process) in stack.processes() {
        let variable = format!("NSP_{}_PROCESS", name.to_uppercase());
        command.env(variable, process.to_string());
    }
    for service in &SERVICES {
        let url = format!("https://127.0.0.1:{}", plan.port(service));
        command.env(format!("NSP_{}", service.name.to_uppercase()), url);
    }
    let status = command.status().context("nsp-load cannot be started")?;
    ensure!(status.success(), "measuring failed ({status})");
    Ok(())
}
