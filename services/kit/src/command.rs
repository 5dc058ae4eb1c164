//! The process and the command line that every service has.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::{clock::Clock, config, host::Listeners, server, telemetry};

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

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Serve until SIGTERM. What happens without a subcommand.
    Serve,
    #[command(flatten)]
    Prepare(Preparation),
}

/// What may be done before a service serves.
#[derive(Debug, Clone, Subcommand)]
pub enum Preparation {
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

/// The whole of a service's process: reads its configuration, begins to log, and does what the command line asks for.
/// Wrong arguments end it with an explanation. What serves gets its sockets, and stops when it is told to by a signal.
pub async fn process<C: DeserializeOwned>(
    service: &'static str,
    defaults: &str,
    serve: impl AsyncFnOnce(C, Listeners, Clock, CancellationToken) -> anyhow::Result<()>,
    prepare: impl AsyncFnOnce(Preparation, C) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let line = CommandLine::parse();
    if line.print_config {
        println!("{}", config::print(service, defaults)?);
        return Ok(());
    }
    let (config, base) = config::load_with_base(service, defaults)?;
    let _telemetry = telemetry::init(service, base.otlp_endpoint.as_deref())?;
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let listeners = Listeners::bind(&base).await?;
            let stop = server::stop_on_signal()?;
            Box::pin(serve(config, listeners, Clock::system(), stop)).await
        }
        Command::Prepare(preparation) => Box::pin(prepare(preparation, config)).await,
    }
}
