//! The mailbox that takes the place of the Internet in development: an SMTP server that keeps whatever it gets.

mod session;

use std::{sync::Arc, time::Duration};

use mail_parser::MessageParser;
use nsp_kit::{clock::Clock, db::Database};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use self::session::{Envelope, Session, Store};
use crate::{SERVICE, domain::line, store};

/// Connections beyond this wait to be accepted.
const CONNECTIONS: usize = 32;
const RETRY: Duration = Duration::from_millis(100);

/// Receives mail until `stop` is cancelled; without a socket, does nothing until then.
pub async fn serve(
    listener: Option<TcpListener>,
    db: &Database,
    clock: &Clock,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let Some(listener) = listener else {
        stop.cancelled().await;
        return Ok(());
    };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await?;
        let accepted = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        let mailbox = Mailbox {
            db: db.clone(),
            clock: clock.clone(),
        };
        let stop = stop.clone();
        tokio::spawn(async move {
            let session = Session::new(stream, mailbox);
            tokio::select! {
                () = stop.cancelled() => {}
                result = session.run() => {
                    if let Err(error) = result {
                        tracing::debug!(%error, "SMTP connection ended");
                    }
                }
            }
            drop(place);
        });
    }
}

/// Keeps mail in the database.
struct Mailbox {
    db: Database,
    clock: Clock,
}

impl Store for Mailbox {
    async fn keep(&self, envelope: &Envelope, raw: &[u8]) -> anyhow::Result<()> {
        let parsed = MessageParser::default().parse_headers(raw);
        let subject = parsed
            .as_ref()
            .and_then(|mail| mail.subject())
            .map(|subject| line(subject, 500))
            .unwrap_or_default();
        let mut tx = self.db.begin_as_service(SERVICE, self.clock.now()).await?;
        store::mailbox::insert(
            &mut tx,
            &envelope.sender,
            &envelope.recipients,
            &subject,
            raw,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
