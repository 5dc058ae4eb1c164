//! The process of the mail service.

use nsp_kit::{
    clock::Clock,
    command::{Command, CommandLine},
    config,
    host::Listeners,
    server, telemetry,
};
use nsp_mail::{Config, DEFAULTS, bind_mailbox, migrate, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = CommandLine::of_process();
    if arguments.print_config {
        println!("{}", config::print("mail", DEFAULTS)?);
        return Ok(());
    }
    let config: Config = config::load("mail", DEFAULTS)?;
    let _telemetry = telemetry::init("mail", config.base.otlp_endpoint.as_deref())?;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let listeners = Listeners::bind(&config.base).await?;
            let mailbox = bind_mailbox(&config.development).await?;
            let stop = server::stop_on_signal()?;
            Box::pin(run(config, listeners, mailbox, Clock::system(), stop)).await
        }
        Command::Migrate => migrate(&config).await,
        // Mail has none: it is made by what people do.
        Command::Demo { .. } => Ok(()),
    }
}
