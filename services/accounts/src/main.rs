//! The process of the accounts service.

use nsp_accounts::{Config, DEFAULTS, SERVICE, demo, migrate, run};
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
            Command::Migrate => migrate(&config).await,
            Command::Demo { data, .. } => demo(&config, &data, &Clock::system()).await,
        },
    )
    .await
}
