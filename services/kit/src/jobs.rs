//! What happens by the clock, on one replica at a time.

use std::{convert::Infallible, pin::Pin, time::Duration};

use anyhow::Context;
use jiff::Timestamp;

use crate::{
    clock::Clock,
    db::{Database, Tx},
};

/// What a job does in one turn. It is boxed because no other form of it can both borrow the transaction and be `Send`.
pub type Turn<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// Tells the compiler that a closure makes a [`Turn`] for every transaction; it does not find out by itself:
/// `job(|tx| Box::pin(async move { … }))`.
pub fn job<J: for<'a> Fn(&'a mut Tx) -> Turn<'a>>(job: J) -> J {
    job
}

/// A job that failed has mostly found the database away, and need not wait for its turn when that is back.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Runs `job` every `period`, for ever. Replicas take turns: whoever gets the job's lock runs it, in the transaction
/// that holds the lock. A job that fails is logged and runs again soon.
pub async fn every<J>(
    period: Duration,
    name: &'static str,
    service: &'static str,
    db: &Database,
    clock: &Clock,
    job: J,
) -> anyhow::Result<()>
where
    J: for<'a> Fn(&'a mut Tx) -> Turn<'a>,
{
    loop {
        if let Err(error) = run(name, service, db, clock, &job).await {
            tracing::warn!(?error, name, "job failed; it will run again");
            tokio::time::sleep(period.min(AFTER_FAILURE)).await;
            continue;
        }
        tokio::time::sleep(period).await;
    }
}

/// Runs `job` once if no one else is running it.
async fn run<J>(
    name: &str,
    service: &str,
    db: &Database,
    clock: &Clock,
    job: &J,
) -> anyhow::Result<()>
where
    J: for<'a> Fn(&'a mut Tx) -> Turn<'a>,
{
    let mut tx = db.begin_as_service(service, clock.now()).await?;
    let locked: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtext($1))")
        .bind(name)
        .fetch_one(&mut *tx)
        .await?;
    if locked {
        job(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// How long a job that is woken by the clock waits at most, should a notification be lost.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
const RETRY: Duration = Duration::from_millis(500);

/// What a job does that knows when it is due next; none if nothing is to come.
pub type DueTurn<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Option<Timestamp>>> + Send + 'a>>;

/// As [`job`], for a [`DueTurn`].
pub fn due_job<J: for<'a> Fn(&'a mut Tx) -> DueTurn<'a>>(job: J) -> J {
    job
}

/// Runs `job` whenever it is due, for ever: at the time that its last turn gave, and when `channel` is notified because
/// that time may have changed. Replicas wait for each other: a turn sees what the turns before it have done.
pub async fn when_due<J>(
    channel: &str,
    name: &'static str,
    service: &'static str,
    db: &Database,
    clock: &Clock,
    job: J,
) -> anyhow::Result<()>
where
    J: for<'a> Fn(&'a mut Tx) -> DueTurn<'a>,
{
    loop {
        let Err(error) = run_when_due(channel, name, service, db, clock, &job).await;
        tracing::warn!(?error, name, "job failed; it will run again");
        tokio::time::sleep(RETRY).await;
    }
}

async fn run_when_due<J>(
    channel: &str,
    name: &str,
    service: &str,
    db: &Database,
    clock: &Clock,
    job: &J,
) -> anyhow::Result<Infallible>
where
    J: for<'a> Fn(&'a mut Tx) -> DueTurn<'a>,
{
    // Before the first turn, so that no change after it goes unnoticed.
    let mut changes = db.listen(channel).await?;
    loop {
        let mut tx = db.begin_as_service(service, clock.now()).await?;
        sqlx::query("select pg_advisory_xact_lock(hashtext($1))")
            .bind(name)
            .execute(&mut *tx)
            .await?;
        let next = job(&mut tx).await?;
        tx.commit().await?;
        let due = async {
            match next {
                Some(at) => clock.reaches(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            change = changes.recv() => drop(change.context("notifications stopped")?),
        }
    }
}
