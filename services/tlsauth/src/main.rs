//! The process of the service of TLS client authentication.

use nsp_kit::{
    clock::Clock,
    command::{Command, CommandLine},
    config, db,
    host::Listeners,
    server, telemetry,
};
use nsp_tlsauth::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command_line = CommandLine::of_process();
    if command_line.print_config {
        println!("{}", config::print(SERVICE, DEFAULTS)?);
        return Ok(());
    }
    let config: Config = config::load(SERVICE, DEFAULTS)?;
    let _telemetry = telemetry::init(SERVICE, config.base.otlp_endpoint.as_deref())?;
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
        Command::Migrate => db::migrate(&config.database, SERVICE, &MIGRATOR).await,
        Command::Demo { data, .. } => demo(&config.database, &data, &Clock::system()).await,
    }
}
