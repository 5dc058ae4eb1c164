//! The process of the accounts service.

use nsp_accounts::{Config, DEFAULTS, SERVICE, demo, migrate, run};
use nsp_kit::{
    clock::Clock,
    command::{Preparation, process},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process(
        SERVICE,
        DEFAULTS,
        run,
        async |asked, config: Config| match asked {
            Preparation::Migrate => migrate(&config).await,
            Preparation::Demo { data, .. } => demo(&config, &data, &Clock::system()).await,
        },
    )
    .await
}
