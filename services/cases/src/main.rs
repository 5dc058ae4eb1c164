//! The process of the cases service.

use nsp_cases::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};
use nsp_kit::{
    clock::Clock,
    command::{Preparation, process},
    db,
};

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
