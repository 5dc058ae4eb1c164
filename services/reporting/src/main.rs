//! The process of the reporting service.

use nsp_kit::{
    clock::Clock,
    command::{Preparation, process},
    db,
};
use nsp_reporting::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process(
        SERVICE,
        DEFAULTS,
        run,
        async |asked, config: Config| match asked {
            Preparation::Migrate => db::migrate(&config.database, SERVICE, &MIGRATOR).await,
            Preparation::Demo { data, .. } => demo(&config, &data, &Clock::system()).await,
        },
    )
    .await
}
