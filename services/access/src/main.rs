//! The process of the edge.

use nsp_access::{Config, DEFAULTS, SERVICE, run};
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
        println!("{}", config::print(SERVICE, DEFAULTS)?);
        return Ok(());
    }
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => {}
        // It keeps no state, so there is nothing to bring up to date and nothing to load.
        Command::Migrate | Command::Demo { .. } => return Ok(()),
    }
    let config: Config = config::load(SERVICE, DEFAULTS)?;
    let _telemetry = telemetry::init(SERVICE, config.base.otlp_endpoint.as_deref())?;
    let listeners = Listeners::bind(&config.base).await?;
    Box::pin(run(
        config,
        listeners,
        Clock::system(),
        server::stop_on_signal()?,
    ))
    .await
}
