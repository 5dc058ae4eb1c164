//! Developer commands: `cargo xtask up` runs everything, `cargo xtask test` checks everything.

mod cargo;
mod sqlx;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Runs, checks and prepares NSp")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prepares the query caches (.sqlx) of the services
    Sqlx(sqlx::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Sqlx(arguments) => sqlx::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
