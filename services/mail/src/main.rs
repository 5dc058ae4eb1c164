//! The process of the mail service.

use nsp_kit::{
    clock::Clock,
    command::{Command, process},
    host::Listeners,
    server,
};
use nsp_mail::{Config, DEFAULTS, SERVICE, bind_mailbox, migrate, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process(
        SERVICE,
        DEFAULTS,
        async |command, config: Config| match command {
            Command::Serve => {
                let listeners = Listeners::bind(&config.base).await?;
                let mailbox = bind_mailbox(&config.development).await?;
                let stop = server::stop_on_signal()?;
                Box::pin(run(config, listeners, mailbox, Clock::system(), stop)).await
            }
            Command::Migrate => migrate(&config).await,
            // Mail has none: it is made by what people do.
            Command::Demo { .. } => Ok(()),
        },
    )
    .await
}
