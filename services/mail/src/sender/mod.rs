//! Takes mail that is due and hands it to the next mail server.
//!
//! A mail leaves once: whoever takes it (`for update skip locked`) holds it by a lease, and a mark made after somebody
//! else has taken it over is not made. One window cannot be closed: a process that dies (or loses its database) after
//! the server has accepted the mail and before the mark is committed leaves a mail that is sent again when the lease has
//! run out, with the same Message-ID. Nothing but the mark happens in it.

mod compose;
mod smtp;

use std::time::Duration;

use futures_util::future::join_all;
use nsp_kit::{client::Channel, clock::Clock, db::Database};
use nsp_proto::identity::v1::{
    GetRecipientRequest, Recipient, user_service_client::UserServiceClient,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use self::smtp::Transport;
pub use self::smtp::connect;
use crate::{
    SERVICE,
    domain::{Due, Outcome, State, Trouble},
    letters::Stationery,
    store,
};

/// How many mails are on their way at once.
const WORKERS: usize = 4;
/// How long a mail waits at most when its notification was lost.
const POLL: Duration = Duration::from_secs(2);
/// The longest a try may take; the lease is longer.
const TRY: Duration = Duration::from_mins(1);
/// How often we try to mark a mail that is gone, a second apart.
const MARKS: u32 = 30;

pub struct Sender {
    pub db: Database,
    pub clock: Clock,
    pub identity: Channel,
    pub smtp: Transport,
    pub stationery: Stationery,
    pub wake: Notify,
}

impl Sender {
    /// Sends until `stop` is cancelled. Mails on their way then still get their mark.
    pub async fn run(&self, stop: &CancellationToken) -> anyhow::Result<()> {
        let workers = join_all((0..WORKERS).map(|_| self.work(stop)));
        let listening = async {
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.listen() => {}
            }
        };
        tokio::join!(workers, listening);
        Ok(())
    }

    async fn work(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.send_one().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(?error, "mail waits"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Wakes the workers when another transaction has queued mail. Polling makes up for what is missed.
    async fn listen(&self) {
        loop {
            if let Ok(mut listener) = self.db.listen(store::messages::CHANNEL).await {
                while listener.recv().await.is_ok() {
                    self.wake.notify_one();
                }
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Tries the mail that has been due longest; false if none is due.
    async fn send_one(&self) -> sqlx::Result<bool> {
        let mut tx = self.db.begin_as_service(SERVICE, self.clock.now()).await?;
        let due = store::messages::take_due(&mut tx).await?;
        tx.commit().await?;
        let Some(due) = due else {
            return Ok(false);
        };
        // There may be more where this came from.
        self.wake.notify_one();
        let mut name = String::new();
        let outcome = tokio::time::timeout(TRY, self.attempt(&due, &mut name)).await;
        let outcome = outcome.unwrap_or(Outcome::Later(Trouble::new("took too long")));
        self.mark(&due, &name, outcome).await?;
        Ok(true)
    }

    /// One try. What it learns of the recipient's name is in `name` whatever becomes of it.
    async fn attempt(&self, due: &Due, name: &mut String) -> Outcome {
        let recipient = match self.recipient(due).await {
            Ok(recipient) => recipient,
            Err(outcome) => return outcome,
        };
        name.clone_from(&recipient.display_name);
        if due.template.is_case_update() && !recipient.mail_case_updates {
            return Outcome::Skipped;
        }
        match compose::compose(&self.stationery, due, &recipient) {
            Ok(mail) => smtp::send(&self.smtp, mail).await,
            Err(error) => {
                tracing::error!(message = %due.id, template = %due.template, %error, "mail cannot be made");
                Outcome::Never(Trouble::new("cannot be made"))
            }
        }
    }

    async fn recipient(&self, due: &Due) -> Result<Recipient, Outcome> {
        let request = GetRecipientRequest {
            name: due.recipient.to_string(),
            link: due.link.clone(),
        };
        let answer = UserServiceClient::new(self.identity.clone())
            .get_recipient(request)
            .await;
        answer.map(tonic::Response::into_inner).map_err(|status| {
            let trouble = Trouble {
                what: "identity did not say whom to write to",
                code: Some(status.code().into()),
            };
            match status.code() {
                // No such person any more, or the link is no longer good.
                Code::NotFound | Code::FailedPrecondition | Code::InvalidArgument => {
                    Outcome::Never(trouble)
                }
                _ => Outcome::Later(trouble),
            }
        })
    }

    /// Writes down what became of a try. A mail that is gone must get its mark, so the database is asked again and again.
    async fn mark(&self, due: &Due, name: &str, outcome: Outcome) -> sqlx::Result<()> {
        let mut tries = MARKS;
        let state = loop {
            tries -= 1;
            match self.mark_once(due, name, outcome).await {
                Ok(state) => break state,
                Err(error) if tries == 0 => return Err(error),
                Err(error) => tracing::warn!(?error, message = %due.id, "mail not marked yet"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        let attempts = due.attempts;
        let (message, template) = (due.id, due.template);
        metrics::counter!("nsp_mails", "state" => word(state)).increment(1);
        match outcome {
            Outcome::Never(trouble) | Outcome::Later(trouble) => {
                tracing::warn!(%message, %template, attempts, %trouble, state = word(state), "mail not sent");
            }
            Outcome::Sent | Outcome::Skipped => {
                tracing::info!(%message, %template, attempts, state = word(state), "mail done");
            }
        }
        Ok(())
    }

    async fn mark_once(&self, due: &Due, name: &str, outcome: Outcome) -> sqlx::Result<State> {
        let mut tx = self.db.begin_as_service(SERVICE, self.clock.now()).await?;
        let state = store::messages::finish(&mut tx, due, name, outcome).await?;
        tx.commit().await?;
        Ok(state)
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Queued => "queued",
        State::Sent => "sent",
        State::Failed => "failed",
        State::Skipped => "skipped",
    }
}
