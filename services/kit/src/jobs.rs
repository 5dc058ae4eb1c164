//! What happens by the clock, on one replica at a time.

use std::{pin::Pin, time::Duration};

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

/// Runs `job` every `period`, for ever. Replicas take turns: whoever gets the job's lock runs it, in the transaction
/// that holds the lock. A job that fails is logged and runs again next time.
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
