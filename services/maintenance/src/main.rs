//! The process of the maintenance service.

use nsp_kit::{
    clock::Clock,
    command::{Preparation, process},
    db,
};
use nsp_maintenance::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process(
        SERVICE,
        DEFAULTS,
        run,
        async |asked, config: Config| match asked {
            Preparation::Migrate => db::migrate(&config.database, SERVICE, &MIGRATOR).await,
            Preparation::Demo { data, .. } => demo(&config.database, &data, &Clock::system()).await,
        },
    )
    .await
}
