//! The process: reads its configuration and serves, migrates, or loads demonstration data.

use nsp_identity::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};
use nsp_kit::{
    clock::Clock,
    command::{Command, CommandLine},
    config, db,
    host::Listeners,
    server, telemetry,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let line = CommandLine::of_process();
    if line.print_config {
        println!("{}", config::print(SERVICE, DEFAULTS)?);
        return Ok(());
    }
    let config: Config = config::load(SERVICE, DEFAULTS)?;
    let _telemetry = telemetry::init(SERVICE, config.base.otlp_endpoint.as_deref())?;
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let listeners = Listeners::bind(&config.base).await?;
            let stop = server::stop_on_signal()?;
            Box::pin(run(config, listeners, Clock::system(), stop)).await
        }
        Command::Migrate => db::migrate(&config.database, SERVICE, &MIGRATOR).await,
        Command::Demo { data, secrets } => {
            demo::load(&config, &data, secrets.as_deref(), &Clock::system()).await
        }
    }
}
