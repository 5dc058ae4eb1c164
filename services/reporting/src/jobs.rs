//! What happens by the clock: reports become overdue, objects without a row are deleted, and what is old is forgotten.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Span, Timestamp};
use jiff_sqlx::ToSqlx;
use nsp_kit::{
    clock::{Clock, to_proto},
    db::{Database, Tx},
    events::{About, announce},
    jobs::{due_job, every, job, when_due},
};
use nsp_proto::events::v1::ReportOverdue;

use crate::{
    SERVICE,
    domain::{Kind, Month, Period, due, due_periods, today},
    error::Error,
    objects::Objects,
    settings::Settings,
    store::{
        loose, metrica, monitoring,
        overdue::{self, DueSet, Overdue},
        submissions,
    },
};

/// Whoever changes what is owed notifies here; nobody has to, as the job looks again every minute.
const CHANNEL: &str = "nsp_reports_owed";
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// How many rows or objects one transaction takes away.
const BATCH: i64 = 500;

/// Notes and announces what has become overdue, for ever: each month and day once, when it does.
pub async fn remind(db: &Database, clock: &Clock, settings: &Arc<Settings>) -> anyhow::Result<()> {
    let turn = due_job(|tx| {
        let settings = Arc::clone(settings);
        Box::pin(async move {
            let missing = overdue::reconcile(tx, &due_set(tx.now(), &settings)).await?;
            for one in missing {
                announce_one(tx, &one, &settings).await?;
            }
            Ok(Some(next_hour(tx.now())))
        })
    });
    when_due(CHANNEL, "overdue reports", SERVICE, db, clock, turn).await
}

/// Everything that is due, of the interfaces that are open.
pub fn due_set(now: Timestamp, settings: &Settings) -> DueSet {
    let rri = &settings.rri;
    let open = Kind::ALL
        .into_iter()
        .filter(|kind| rri.config.interfaces.contains(kind));
    let (mut kinds, mut periods) = (Vec::new(), Vec::new());
    for kind in open {
        for period in due_periods(kind, now, rri) {
            kinds.push(kind);
            periods.push(period.to_sqlx());
        }
    }
    let closed = rri.closed.iter();
    DueSet {
        kinds,
        periods,
        closed: closed
            .map(|(tld, kind)| format!("{tld}/{}", kind.column()))
            .collect(),
    }
}

/// Everything is due at the end of some hour.
fn next_hour(now: Timestamp) -> Timestamp {
    let begun = now.as_second() - now.as_second().rem_euclid(3_600);
    Timestamp::from_second(begun + 3_600).unwrap_or(Timestamp::MAX)
}

async fn announce_one(tx: &mut Tx, one: &Overdue, settings: &Settings) -> Result<(), Error> {
    let date = Period::name(one.kind, one.period);
    let event = ReportOverdue {
        account: one.account.to_string(),
        tld: one.tld.clone(),
        kind: one.kind.name().to_owned(),
        date: date.clone(),
        due_time: Some(to_proto(due(one.kind, one.period, &settings.rri))),
    };
    let resource = format!("tlds/{}/reports/{}/{date}", one.tld, one.kind.name());
    announce(tx, &About::new(&resource, one.account), &event).await?;
    Ok(())
}

/// Deletes objects that no row refers to, for ever.
pub async fn delete_loose_objects(
    db: &Database,
    clock: &Clock,
    objects: &Objects,
) -> anyhow::Result<()> {
    let turn = job(|tx| {
        let objects = objects.clone();
        Box::pin(async move {
            let old = loose::old(tx, BATCH).await?;
            for object in &old {
                objects.delete(object).await?;
            }
            // After the objects: a crash in between leaves names, and deleting what is gone is no failure.
            Ok(loose::forget(tx, &old).await?)
        })
    });
    every(MINUTE, "loose objects", SERVICE, db, clock, turn).await
}

/// Forgets what has been kept for long enough, for ever.
pub async fn forget(db: &Database, clock: &Clock, settings: &Arc<Settings>) -> anyhow::Result<()> {
    let turn = job(|tx| {
        let settings = Arc::clone(settings);
        Box::pin(async move { Ok(forget_once(tx, &settings).await?) })
    });
    every(HOUR, "retention", SERVICE, db, clock, turn).await
}

async fn forget_once(tx: &mut Tx, settings: &Settings) -> Result<(), Error> {
    let (now, kept) = (tx.now(), &settings.retention);
    let days = |days: u16| today(now).saturating_sub(Span::new().days(i32::from(days)));
    let months = Span::new().months(i32::from(kept.monthly_months));
    let monthly_before = Month::of(today(now).saturating_sub(months)).first_day();
    let rejected_before = now - SignedDuration::from_hours(24 * i64::from(kept.rejected_days));
    submissions::delete_old(
        tx,
        rejected_before,
        days(kept.daily_days),
        monthly_before,
        BATCH,
    )
    .await?;
    monitoring::delete_old(tx, days(kept.measurement_days)).await?;
    metrica::delete_old(tx, days(kept.metrica_days)).await
}
