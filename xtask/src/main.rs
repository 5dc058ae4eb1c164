//! Developer commands: `cargo xtask up` runs everything, `cargo xtask test` checks everything.

mod bench;
mod cargo;
mod demo;
mod dns;
mod environment;
mod events;
mod http;
mod packages;
mod parked;
mod ports;
mod progress;
mod services;
mod sqlx;
mod stack;
mod state;
mod stop;
mod test;
mod totp;
mod up;

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
    /// Runs the whole stack until Ctrl-C
    Up(up::Arguments),
    /// Stops everything that runs for this checkout
    Down(up::DownArguments),
    /// Prints the current code of a demonstration user's authenticator app
    Totp(totp::Arguments),
    /// Shows events as they are published
    Events(events::Arguments),
    /// Lists, retries and drops events that a service could not handle
    Parked(parked::Arguments),
    /// Checks everything: format, lints, policy, protos, query caches, tests, browser tests
    Test(test::Arguments),
    /// Measures an optimised stack of its own: pages, comments, sign-ins, outbox, memory, start
    Bench(bench::Arguments),
    /// Prepares the query caches (.sqlx) of the services
    Sqlx(sqlx::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Up(arguments) => up::run(&arguments),
        Command::Down(arguments) => up::down(&arguments),
        Command::Totp(arguments) => totp::run(&arguments),
        Command::Events(arguments) => events::run(&arguments),
        Command::Parked(arguments) => parked::run(&arguments),
        Command::Test(arguments) => match test::run_steps(&arguments) {
            Ok(false) => return ExitCode::FAILURE,
            other => other.map(|_| ()),
        },
        Command::Bench(arguments) => bench::run(&arguments),
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
