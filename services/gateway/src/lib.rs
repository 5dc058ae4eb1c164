//! The portal: pages for people, made of calls to the services. It keeps no state of its own.
//!
//! A request goes through [`security`] to a page of [`pages`]; `session` tells who asks, `clients` calls the services
//! as that person, `frame` puts the page into its surroundings, `errors` says what went wrong.

mod app;
mod assets;
mod civil;
mod clients;
mod config;
mod cookies;
mod csv_file;
mod errors;
mod forms;
mod frame;
mod limits;
mod live;
mod messages;
mod pages;
mod passkeys;
mod sealed;
mod security;
mod session;
mod signed_in;
mod step_up;
mod time;
mod urls;
mod words;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use nsp_kit::{
    admin,
    clock::Clock,
    host::{Listeners, Ready, connect_nats},
    tls::Certificates,
};
use tokio_util::sync::CancellationToken;

use crate::{app::App, clients::Clients};

pub use crate::{
    config::{Addresses, Config, Development, Portal},
    limits::Network,
};

/// What it is called in logs, traces and certificates.
pub const SERVICE: &str = "gateway";

/// `config.toml`.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// After this, requests that are still in flight are dropped.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves the portal until `stop` is cancelled.
pub async fn run(
    config: Config,
    listeners: Listeners,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let certificates = Certificates::load(&config.tls)?;
    let nats = connect_nats(SERVICE, &config.nats).await?;
    let ready = Ready {
        db: None,
        nats: nats.clone(),
        // Identity reads them.
        keys: None,
    };
    let clients = Clients::connect(&config.clients, &certificates)?;
    let app = Arc::new(App::new(config, clients, nats.clone(), clock, stop.clone()));
    let routes = security::layers(pages::routes(&app), &app);
    let serving = axum::serve(
        listeners.main,
        routes.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = async {
        let drained = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            result = serving => result.map_err(anyhow::Error::from),
            () = drained => {
                tracing::warn!("requests were still in flight when the time to drain was over");
                Ok(())
            }
        }
    };
    tokio::try_join!(
        serving,
        admin::serve(listeners.admin, ready, stop.clone()),
        until(&stop, certificates.reload()),
        until(&stop, app.sessions.watch()),
        until(&stop, app.live.watch(&nats)),
    )?;
    Ok(())
}

/// Runs a loop until the gateway is stopped. A loop that ends by itself ends the gateway.
async fn until(
    stop: &CancellationToken,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        result = work => {
            stop.cancel();
            result
        }
    }
}
