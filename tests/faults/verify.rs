//! What must be true when everything runs again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{world::World, writers::Work};

/// How long events and mails may take to arrive once everything runs.
const ARRIVAL: Duration = Duration::from_mins(2);

/// What was found.
pub struct Found {
    comments: usize,
    events: usize,
    mails: usize,
    /// Mails that left more than once, with one Message-ID.
    pub repeated: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            comments,
            events,
            mails,
            repeated,
        } = self;
        write!(
            f,
            "{comments} comments, {events} events, {mails} mails ({repeated} left twice)"
        )
    }
}

/// Everything runs; every acknowledged comment exists once, every event came once and in order, every mail left.
pub async fn verify(world: &World, work: &Work) -> anyhow::Result<Found> {
    world.ready().await?;
    let ids: Vec<Uuid> = work
        .cases
        .iter()
        .map(|name| name.trim_start_matches("cases/").parse())
        .collect::<Result<_, _>>()?;
    let comments = comments(world, work, &ids).await?;
    let events = events(world, work, &ids).await?;
    let (mails, repeated) = mails(world, work).await?;
    for service in ["identity", "cases", "mail", "observer"] {
        let pool = world.owner(service).await?;
        let parked: i64 = sqlx::query_scalar("select count(*) from kit.parked")
            .fetch_one(&pool)
            .await?;
        ensure!(parked == 0, "{service} parked {parked} events");
    }
    Ok(Found {
        comments,
        events,
        mails,
        repeated,
    })
}

async fn comments(world: &World, work: &Work, cases: &[Uuid]) -> anyhow::Result<usize> {
    let stored: Vec<Uuid> = sqlx::query_scalar(
        "select request_id from comments where case_id = any($1) and activity = 'comment'",
    )
    .bind(cases)
    .fetch_all(&world.owner("cases").await?)
    .await?;
    let distinct: BTreeSet<&Uuid> = stored.iter().collect();
    let acknowledged: BTreeSet<&Uuid> = work.acknowledged.iter().collect();
    ensure!(distinct.len() == stored.len(), "a comment exists twice");
    let lost: Vec<_> = acknowledged.difference(&distinct).collect();
    ensure!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    ensure!(distinct.len() == acknowledged.len(), "nobody wrote these");
    Ok(stored.len())
}

async fn events(world: &World, work: &Work, cases: &[Uuid]) -> anyhow::Result<usize> {
    let truth: Vec<(Uuid, Uuid)> =
        sqlx::query_as("select case_id, comment from truth where case_id = any($1) order by seq")
            .bind(cases)
            .fetch_all(&world.owner("cases").await?)
            .await?;
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (case, comment) in truth {
        let name = format!("cases/{case}");
        let comment = format!("{name}/comments/{comment}");
        expected.entry(name).or_default().push(comment);
    }
    let pool = world.owner("observer").await?;
    // Each case was also submitted.
    let wanted = work.acknowledged.len() + work.cases.len();
    let arrived = wait(async || {
        let seen: i64 = sqlx::query_scalar("select count(*) from seen where about = any($1)")
            .bind(&work.cases)
            .fetch_one(&pool)
            .await?;
        Ok((usize::try_from(seen)?, wanted))
    })
    .await;
    if let Err(error) = arrived {
        let state = world.consumer().await;
        return Err(error.context(format!(
            "events; {}the observer is {state:?}",
            waiting(world)
        )));
    }
    // Whatever came twice came soon.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let seen: Vec<(Uuid, String, Option<String>)> =
        sqlx::query_as("select event, about, comment from seen where about = any($1) order by seq")
            .bind(&work.cases)
            .fetch_all(&pool)
            .await?;
    let distinct: BTreeSet<&Uuid> = seen.iter().map(|(event, ..)| event).collect();
    ensure!(
        distinct.len() == seen.len() && seen.len() == wanted,
        "{} events of {wanted}, {} of them distinct",
        seen.len(),
        distinct.len()
    );
    let mut came: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, about, comment) in seen {
        if let Some(comment) = comment {
            came.entry(about).or_default().push(comment);
        }
    }
    for (case, comments) in &expected {
        let came = came.get(case).context("no events of a case")?;
        ensure!(came == comments, "events of {case} came in another order");
    }
    Ok(wanted)
}

async fn mails(world: &World, work: &Work) -> anyhow::Result<(usize, usize)> {
    let pool = world.owner("mail").await?;
    wait(async || Ok((count(&pool, work, "true").await?, work.mails)))
        .await
        .context("mails that were asked for")?;
    // Those that nobody was killed over need no patience.
    let began = Instant::now();
    while count(&pool, work, "state = 'queued' and next_attempt <= now()").await? > 0 {
        ensure!(began.elapsed() < ARRIVAL, "mails do not leave");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    if count(&pool, work, "state = 'queued'").await? > 0 {
        // They wait for a lease to run out, or for the next attempt: minutes, which nobody who holds one is alive to see.
        let mail = world.service("mail");
        mail.stop()?;
        sqlx::query("update messages set next_attempt = now() where state = 'queued'")
            .execute(&pool)
            .await?;
        mail.start()?;
        mail.ready().await?;
    }
    wait(async || Ok((count(&pool, work, "state = 'sent'").await?, work.mails)))
        .await
        .context("mails that left")?;
    let ids: Vec<String> =
        sqlx::query_scalar("select message_id from messages where resource = any($1)")
            .bind(&work.cases)
            .fetch_all(&pool)
            .await?;
    let mut repeated = 0;
    for id in &ids {
        let left = world.post.count(id);
        ensure!(left > 0, "{id} is marked as sent and never left");
        repeated += usize::from(left > 1);
    }
    Ok((ids.len(), repeated))
}

async fn count(pool: &PgPool, work: &Work, condition: &str) -> anyhow::Result<usize> {
    let query = format!("select count(*) from messages where resource = any($1) and {condition}");
    let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .bind(&work.cases)
        .fetch_one(pool)
        .await?;
    Ok(usize::try_from(count)?)
}

/// Waits until there are as many as wanted.
async fn wait(question: impl AsyncFn() -> anyhow::Result<(usize, usize)>) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let (there, wanted) = question().await?;
        if there == wanted {
            return Ok(());
        }
        ensure!(
            began.elapsed() < ARRIVAL && there < wanted,
            "{there} of {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The last words of the services, for a failure.
fn waiting(world: &World) -> String {
    let logs = world
        .services
        .iter()
        .map(|service| (service.label, service.log.as_path()));
    let logs = logs.chain([("observer", world.log.as_path())]);
    let tails = logs.map(|(label, log)| {
        let tail = nsp_testbed::process::tail(log, 5);
        format!("{label}:\n{tail}\n")
    });
    tails.collect()
}
