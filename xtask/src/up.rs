//! `cargo xtask up` and `down`: the whole stack on this machine.

use crate::services::{Plan, Profile};
use crate::stack::Stack;
use crate::state::State;
use crate::stop::Stop;
use crate::{demo, dns, packages};
use anyhow::bail;
use nsp_testbed::{Postgres, home, process, stop_shared_postgres};
use std::fs;
use std::thread;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Arguments {
    /// Build optimised, for measuring
    #[arg(long)]
    release: bool,
    /// Add this to every port
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=5000))]
    port_offset: u16,
}

#[derive(clap::Args)]
pub struct DownArguments {
    /// Forget all data, secrets and logs as well
    #[arg(long)]
    wipe: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let profile = if arguments.release {
        Profile::Release
    } else {
        Profile::Debug
    };
    let plan = Plan::development(arguments.port_offset, profile);
    packages::ensure(&packages::RUN)?;
    let stop = Stop::on_signal()?;
    let mut state = State::claim(&plan.home)?;
    let result = Stack::start(&plan, &stop).and_then(|mut stack| {
        state.announce(&plan.url(), stack.nats())?;
        println!("{}", welcome(&plan)?);
        let result = watch(&mut stack, &stop);
        println!("  stopping");
        result
    });
    if stop.requested() {
        println!("  stopped; the data are kept for the next `cargo xtask up`");
        return Ok(());
    }
    result
}

fn watch(stack: &mut Stack, stop: &Stop) -> anyhow::Result<()> {
    while !stop.requested() {
        if let Some(report) = stack.dead() {
            bail!("{report}");
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn welcome(plan: &Plan) -> anyhow::Result<String> {
    let url = plan.url();
    let log = plan.home.join("log");
    let users = match demo::read(&demo::secrets_file(&plan.home))? {
        Some(secrets) => {
            let (table, password) = (demo::table(&demo::users(&plan.demo)?), secrets.password);
            format!(
                "  Sign in as\n{table}  with the password {password}\n  \
                 and a code from `cargo xtask totp <user>`, such as `cargo xtask totp jane`\n\n"
            )
        }
        None => String::new(),
    };
    let machines = match dns::example(plan)? {
        Some(command) => format!("  Machines {command}\n"),
        None => String::new(),
    };
    Ok(format!(
        "\n  {url}\n\n{users}  Mails    {url}/dev/mail\n{machines}  Events   cargo xtask events\n  \
         Logs     {}\n  Ctrl-C stops everything",
        log.display()
    ))
}

pub fn down(arguments: &DownArguments) -> anyhow::Result<()> {
    let home = home();
    for folder in [home.clone(), home.join("browser")] {
        if let Some(pid) = State::claimed_by(&folder) {
            println!("  stopping the stack (process {pid})");
            process::signal(pid, "TERM");
            if !process::wait_gone(pid, Duration::from_mins(2)) {
                bail!("process {pid} does not stop: end it with `kill -9 {pid}`");
            }
        }
    }
    if stop_shared_postgres()? {
        println!("  stopped the tests' PostgreSQL");
    }
    for name in ["postgres", "browser/postgres", "test-postgres"] {
        let folder = home.join(name);
        if Postgres::stop(&folder)? {
            println!("  stopped PostgreSQL in {}", folder.display());
        }
        if arguments.wipe {
            Postgres::wipe(&folder)?;
        }
    }
    if arguments.wipe && home.exists() {
        fs::remove_dir_all(&home)?;
        println!("  forgot {}", home.display());
    }
    Ok(())
}
