//! The process of the cases service.

use nsp_cases::{Config, MIGRATOR, run};
use nsp_kit::{
    clock::Clock,
    command::{Command, CommandLine},
    config, db,
    host::Listeners,
    server, telemetry,
};

const DEFAULTS: &str = include_str!("../config.toml");

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command_line = CommandLine::of_process();
    if command_line.print_config {
        println!("{}", config::print("cases", DEFAULTS)?);
        return Ok(());
    }
    let config: Config = config::load("cases", DEFAULTS)?;
    let _telemetry = telemetry::init("cases", config.base.otlp_endpoint.as_deref())?;
    match command_line.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let listeners = Listeners::bind(&config.base).await?;
            Box::pin(run(
                config,
                listeners,
                Clock::system(),
                server::stop_on_signal()?,
            ))
            .await
        }
        Command::Migrate => db::migrate(&config.database, "cases", &MIGRATOR).await,
        Command::Demo { data, .. } => {
            nsp_cases::demo(&config.database, &data, &Clock::system()).await
        }
    }
}
