//! The process of the identity service.

use nsp_identity::{Config, DEFAULTS, MIGRATOR, SERVICE, demo, run};
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
            Preparation::Demo { data, secrets } => {
                demo::load(&config, &data, secrets.as_deref(), &Clock::system()).await
            }
        },
    )
    .await
}
