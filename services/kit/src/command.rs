//! The process and the command line that every service has.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    config::{self, Base},
    telemetry,
};

/// What a service's process is asked to do.
#[derive(Debug, Parser)]
#[command(about = "A service of the Naming Services portal")]
struct CommandLine {
    /// Print the configuration as it results from all sources, with secrets masked, and stop.
    #[arg(long)]
    print_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM. What happens without a subcommand.
    Serve,
    /// Bring the database up to date, as the role that owns it.
    Migrate,
    /// Load demonstration data into an empty database; does nothing where there is data.
    Demo {
        /// The folder with the demonstration data.
        #[arg(long)]
        data: PathBuf,
        /// Passwords and TOTP secrets of the demonstration users.
        #[arg(long)]
        secrets: Option<PathBuf>,
    },
}

/// What is needed of a configuration before it is known which service's it is.
#[derive(Deserialize)]
struct Basics {
    base: Base,
}

/// The whole of a service's process: reads its configuration, begins to log, and performs what the command line asks for.
/// Wrong arguments end it with an explanation.
pub async fn process<C: DeserializeOwned>(
    service: &'static str,
    defaults: &str,
    perform: impl AsyncFnOnce(Command, C) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let line = CommandLine::parse();
    if line.print_config {
        println!("{}", config::print(service, defaults)?);
        return Ok(());
    }
    let config = config::load(service, defaults)?;
    let Basics { base } = config::load(service, defaults)?;
    let _telemetry = telemetry::init(service, base.otlp_endpoint.as_deref())?;
    perform(line.command.unwrap_or(Command::Serve), config).await
}
