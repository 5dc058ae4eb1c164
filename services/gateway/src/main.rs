//! The process of the gateway.

use nsp_gateway::{Config, DEFAULTS, run};
use nsp_kit::{
    clock::Clock,
    command::{Command, CommandLine},
    config,
    host::Listeners,
    server, telemetry,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let line = CommandLine::of_process();
    if line.print_config {
        println!("{}", config::print("gateway", DEFAULTS)?);
        return Ok(());
    }
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => {}
        // It keeps no state, so there is nothing to bring up to date and nothing to load.
        Command::Migrate | Command::Demo { .. } => return Ok(()),
    }
    let config: Config = config::load("gateway", DEFAULTS)?;
    let _telemetry = telemetry::init("gateway", config.base.otlp_endpoint.as_deref())?;
    let listeners = Listeners::bind(&config.base).await?;
    run(
        config,
        listeners,
        Clock::system(),
        server::stop_on_signal()?,
    )
    .await
}
