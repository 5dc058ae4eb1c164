//! The process of the mail service.

use nsp_kit::command::{Preparation, process};
use nsp_mail::{Config, DEFAULTS, SERVICE, bind_mailbox, migrate, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process(
        SERVICE,
        DEFAULTS,
        async |config: Config, listeners, clock, stop| {
            let mailbox = bind_mailbox(&config.development).await?;
            Box::pin(run(config, listeners, mailbox, clock, stop)).await
        },
        async |asked, config| match asked {
            Preparation::Migrate => migrate(&config).await,
            // Mail has none: it is made by what people do.
            Preparation::Demo { .. } => Ok(()),
        },
    )
    .await
}
