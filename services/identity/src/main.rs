//! The process of the identity service.

use nsp_identity::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};
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
            Command::Demo { data, secrets } => {
                demo::load(&config, &data, secrets.as_deref(), &Clock::system()).await
            }
        },
    )
    .await
}
