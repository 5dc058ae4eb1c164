//! The process of the accounts service.

use nsp_accounts::{Config, DEFAULTS, demo, migrate, run};
use nsp_kit::{
    clock::Clock,
    command::{Command, CommandLine},
    config,
    host::Listeners,
    server, telemetry,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = CommandLine::of_process();
    if arguments.print_config {
        println!("{}", config::print("accounts", DEFAULTS)?);
        return Ok(());
    }
    let config: Config = config::load("accounts", DEFAULTS)?;
    let _telemetry = telemetry::init("accounts", config.base.otlp_endpoint.as_deref())?;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let listeners = Listeners::bind(&config.base).await?;
            let stop = server::stop_on_signal()?;
            Box::pin(run(config, listeners, Clock::system(), stop)).await
        }
        Command::Migrate => migrate(&config).await,
        Command::Demo { data, .. } => demo(&config, &data, &Clock::system()).await,
    }
}
