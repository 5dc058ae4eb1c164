//! `cargo xtask sqlx`: fills the caches from which the query macros compile without a database.
//!
//! A service is checked against a database that its migrations made; with `SQLX_OFFLINE_DIR` set the
//! macros write what they learn about every query. The cache is replaced only when all compiled.

mod cache;
mod touched;

use crate::cargo::cargo;
use anyhow::{Context as _, bail, ensure};
use cache::{Cache, differences, read, replace};
use nsp_testbed::{Options, PgUrl, Postgres, home, run_sql, workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;
use std::time::Duration;
use touched::Touched;

#[derive(clap::Args)]
pub struct Arguments {
    /// Which services; all that have migrations when none is named
    services: Vec<String>,
    /// Change nothing: fail when a cache is not what it should be
    #[arg(long)]
    check: bool,
    /// Prepare the databases only, and print the environment with which the macros ask them
    #[arg(long)]
    env: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let services = chosen(&arguments.services)?;
    let mut options = Options::DEVELOPMENT;
    if arguments.env {
        options.linger = Duration::from_hours(1);
    }
    let server = Postgres::start(&home().join("postgres"), options)?;
    if arguments.env {
        for service in &services {
            println!(
                "export {}='{}'",
                variable(service),
                database(&server, service)?
            );
        }
        println!("export SQLX_OFFLINE=false");
        server.leave();
        return Ok(());
    }
    let mut wrong = Vec::new();
    for service in &services {
        let folder = workspace().join("services").join(service);
        let lock = lock(service)?;
        let touched = Touched::all_of(&folder)?;
        // Together they need each dependency with one set of features only. Somebody who changes queries has one service
        // that compiles, perhaps, and the others do not matter.
        let compiled = if arguments.check {
            &services
        } else {
            slice::from_ref(service)
        };
        let fresh = learn(&server, service, compiled)?;
        let kept = folder.join(".sqlx");
        let changes = differences(&read(&kept)?, &fresh);
        if changes.is_empty() {
            touched.undo()?;
        }
        drop(lock);
        if changes.is_empty() {
            println!("{service}: {} queries, unchanged", fresh.len());
        } else if arguments.check {
            println!("{service}: not up to date:\n{}", changes.join("\n"));
            wrong.push(service.as_str());
        } else {
            replace(&kept, &fresh)?;
            println!(
                "{service}: {} queries, {} files changed",
                fresh.len(),
                changes.len()
            );
        }
    }
    ensure!(
        wrong.is_empty(),
        "run `cargo xtask sqlx {}` and commit .sqlx",
        wrong.join(" ")
    );
    Ok(())
}

/// Fails when a cache is not what it should be.
pub fn check() -> anyhow::Result<()> {
    run(&Arguments {
        services: Vec::new(),
        check: true,
        env: false,
    })
}

fn chosen(named: &[String]) -> anyhow::Result<Vec<String>> {
    let folder = workspace().join("services");
    if named.is_empty() {
        let mut all = Vec::new();
        for service in fs::read_dir(&folder)? {
            let service = service?;
            if service.path().join("migrations").is_dir() && service.file_name() != "kit" {
                all.push(service.file_name().to_string_lossy().into_owned());
            }
        }
        all.sort();
        return Ok(all);
    }
    for service in named {
        let migrations = folder.join(service).join("migrations");
        ensure!(
            migrations.is_dir(),
            "{} does not exist",
            migrations.display()
        );
    }
    Ok(named.to_vec())
}

fn variable(service: &str) -> String {
    format!("{}_DATABASE_URL", service.to_uppercase())
}

/// Two checks of one service at a time would fill each other's folder.
fn lock(service: &str) -> anyhow::Result<fs::File> {
    let folder = home().join("sqlx");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{service}.lock"));
    let file = fs::File::options().create(true).append(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// An empty database with the kit's and the service's migrations, made as `migrate` does it: by the owner.
fn database(server: &Postgres, service: &str) -> anyhow::Result<PgUrl> {
    let name = format!("sqlx_{service}");
    run_sql(
        server.url(),
        &format!("drop database if exists {name} with (force)"),
    )?;
    let owner = server.ensure_database(service, &name)?.owner;
    let services = workspace().join("services");
    run_sql(&owner, "create schema kit")?;
    for folder in ["kit", service] {
        for file in migrations(&services.join(folder).join("migrations"))? {
            let sql = fs::read_to_string(&file)?;
            run_sql(&owner, &format!("begin;\n{sql}\n;commit;"))
                .with_context(|| format!("{} fails", file.display()))?;
        }
    }
    Ok(owner)
}

fn migrations(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.path()));
    let mut files: Vec<PathBuf> = files.collect::<anyhow::Result<_>>()?;
    files.retain(|file| {
        let name = file.to_string_lossy();
        name.ends_with(".sql") && !name.ends_with(".down.sql")
    });
    files.sort();
    Ok(files)
}

/// Compiles the service against its database and returns what the macros wrote. The other services that are `compiled`
/// know no database and take what their caches say.
fn learn(server: &Postgres, service: &str, compiled: &[String]) -> anyhow::Result<Cache> {
    let url = database(server, service)?;
    let fresh = home().join("sqlx").join(service);
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    let status = cargo()
        .args(["check", "--quiet", "--all-targets"])
        .args(
            compiled
                .iter()
                .map(|service| format!("--package=nsp-{service}")),
        )
        .env("SQLX_OFFLINE_DIR", &fresh)
        .env("SQLX_OFFLINE", "false")
        .env(variable(service), url.to_string())
        .status()
        .context("cargo cannot be started")?;
    let cache = read(&fresh)?;
    if !status.success() {
        bail!("{service}: what is said above does not compile; its .sqlx is unchanged");
    }
    Ok(cache)
}
