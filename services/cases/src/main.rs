//! The process of the cases service.

use nsp_cases::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};
use nsp_kit::{
    clock::Clock,
    command::{Command, process},
    db,
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
            Command::Migrate => db::migrate(&config.database, SERVICE, &MIGRATOR).await,
            Command::Demo { data, .. } => demo(&config.database, &data, &Clock::system()).await,
        },
    )
    .await
}
