//! The process of the gateway.

use nsp_gateway::{Config, DEFAULTS, SERVICE, run};
use nsp_kit::{
    clock::Clock,
    command::{Command, process},
    host::Listeners,
    server,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process(
        SERVICE,
        DEFAULTS,
        async |command, config: Config| match command {
            Command::Serve => {
                let listeners = Listeners::bind(&config.base).await?;
                let stop = server::stop_on_signal()?;
                Box::pin(run(config, listeners, Clock::system(), stop)).await
            }
            // It keeps no state, so there is nothing to bring up to date and nothing to load.
            Command::Migrate | Command::Demo { .. } => Ok(()),
        },
    )
    .await
}
