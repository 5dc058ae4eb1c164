//! The command line that every service has.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// What a service's process is asked to do.
#[derive(Debug, Parser)]
#[command(about = "A service of the Naming Services portal")]
pub struct CommandLine {
    /// Print the configuration as it results from all sources, with secrets masked, and stop.
    #[arg(long)]
    pub print_config: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
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

impl CommandLine {
    /// The arguments of this process. Wrong ones end it with an explanation.
    pub fn of_process() -> Self {
        Self::parse()
    }
}
