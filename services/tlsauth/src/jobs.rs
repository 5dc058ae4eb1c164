//! What happens by the clock: grants end, and uploads are loaded to which nobody objected.

use std::time::Duration;

use nsp_kit::{
    clock::Clock,
    db::{Database, Tx},
    jobs::{due_job, every, job, when_due},
};

use crate::{
    SERVICE,
    domain::{ConsentState, State},
    error::Error,
    load,
    store::{consents, grants, requests, tlds},
};

/// How many things one transaction does; the next follows at once.
const BATCH: i64 = 50;
const HOUR: Duration = Duration::from_hours(1);

/// Ends grants whose time is over, for ever.
pub async fn end_grants(db: &Database, clock: &Clock) -> anyhow::Result<()> {
    let turn = due_job(|tx| {
        Box::pin(async move {
            end_expired(tx).await?;
            Ok(grants::next_expiry(tx).await?)
        })
    });
    when_due(grants::CHANNEL, "ends of grants", SERVICE, db, clock, turn).await
}

async fn end_expired(tx: &mut Tx) -> Result<(), Error> {
    let expired = grants::expired(tx, BATCH).await?;
    let labels: Vec<_> = expired.iter().map(|grant| grant.tld.clone()).collect();
    let ids: Vec<_> = expired.iter().map(|grant| grant.id).collect();
    tlds::lock_only(tx, &labels).await?;
    // Somebody may have changed one while we waited for its TLD.
    for mut grant in grants::find(tx, &ids).await? {
        if grant.state == State::Active && grant.expire_time <= tx.now() {
            load::end_grant(tx, &mut grant, State::Expired).await?;
        }
    }
    Ok(())
}

/// Loads what nobody has objected to in time, for ever.
pub async fn load_uploads(db: &Database, clock: &Clock) -> anyhow::Result<()> {
    let turn = due_job(|tx| {
        Box::pin(async move {
            // One at a time: each locks its own TLDs, in its own order.
            if let Some(mut consent) = consents::due(tx, 1).await?.pop()
                && consent.decide(ConsentState::Lapsed, tx.now())
            {
                consents::decide(tx, &consent).await?;
                load::load(tx, &consent).await?;
            }
            Ok(consents::next_due(tx).await?)
        })
    });
    when_due(
        consents::CHANNEL,
        "ends of waiting periods",
        SERVICE,
        db,
        clock,
        turn,
    )
    .await
}

/// Forgets requests that nobody will repeat, for ever.
pub async fn forget_requests(db: &Database, clock: &Clock) -> anyhow::Result<()> {
    let turn = job(|tx| Box::pin(async move { Ok(requests::delete_old(tx).await?) }));
    every(HOUR, "old requests", SERVICE, db, clock, turn).await
}
