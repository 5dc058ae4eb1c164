//! Demonstration data: a year of reports up to the moment of the first start, and what the monitoring saw last
//! (`nsp-reporting demo`).

mod bodies;
mod monitoring;
mod plan;

use std::{fs, path::Path};

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use nsp_kit::{
    clock::Clock,
    db::{Database, Tx},
    id::AccountId,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::{
    monitoring::Document,
    plan::{Accounts, Plan, Sent},
};
use crate::{
    Config, SERVICE,
    domain::{Finding, Label, Submission, SubmissionId},
    formats::inspect::{Expected, Inspected, inspect},
    jobs,
    objects::Objects,
    settings::Settings,
    store::{self, submissions::Slot},
};

/// Fills an empty database, and the object store, from the files in `folder`. Does nothing where there are submissions.
///
/// History is not announced: what is overdue by now is noted without an event.
pub async fn demo(config: &Config, folder: &Path, clock: &Clock) -> anyhow::Result<()> {
    let db = Database::connect(&config.database)?;
    let settings = config.contract.settings()?;
    let objects = Objects::open(&config.objects.folder)?;
    let now = clock.now();
    let mut tx = db.begin_as_service(SERVICE, now).await?;
    if store::submissions::exist(&mut tx).await? {
        tracing::info!("there are submissions already; nothing to do");
        return Ok(());
    }
    let accounts: Accounts = read(folder, "accounts.toml")?;
    let plan: Plan = read(folder, "reports.toml")?;
    for account in &accounts.account {
        let kind = format!("KIND_{}", account.kind.to_uppercase());
        store::accounts::put(&mut tx, AccountId(account.id), &account.name, &kind).await?;
    }
    for tld in &accounts.tld {
        let label: Label = tld.label.parse().map_err(anyhow::Error::msg)?;
        let since = tld.delegated()?;
        let day = since.unwrap_or_else(|| crate::domain::today(now));
        store::tlds::put(&mut tx, &label, AccountId(tld.account), since, day).await?;
        if since.is_some() {
            for document in monitoring::documents(&label, &plan.incident, now)? {
                let Document {
                    root,
                    path,
                    body,
                    checked,
                } = document;
                store::monitoring::put(&mut tx, &root, &path, &body, &checked).await?;
            }
        }
    }
    let mut count = 0;
    for sent in plan.everything(&accounts, now, &settings)? {
        keep(&mut tx, &objects, &settings, &sent).await?;
        count += 1;
    }
    store::overdue::reconcile(&mut tx, &jobs::due_set(now, &settings)).await?;
    tx.commit().await?;
    tracing::info!(submissions = count, "demonstration data loaded");
    Ok(())
}

/// Does to a report what the service would have done at its time.
async fn keep(
    tx: &mut Tx,
    objects: &Objects,
    settings: &Settings,
    sent: &Sent,
) -> anyhow::Result<()> {
    let expected = Expected {
        kind: sent.kind,
        path_id: sent.path_id.clone(),
        content_type: String::new(),
        tld: sent.tld.clone(),
        created: sent.created,
        now: sent.at,
        is_final: false,
    };
    let (period, outcome) = match inspect(&expected, &sent.body, settings) {
        Inspected::Good(accepted) => (Some(accepted.period), Ok(accepted)),
        Inspected::Rejected { period, problem } => (period, Err(problem)),
        Inspected::UnsupportedType => anyhow::bail!("a report without a type has a wrong one"),
    };
    let finding = outcome
        .as_ref()
        .err()
        .map_or(Finding::Accepted, |problem| problem.finding);
    let good = outcome.is_ok();
    anyhow::ensure!(
        good == sent.good,
        "{} of .{} for {}: {outcome:?}",
        sent.kind.name(),
        sent.tld.as_ref(),
        sent.path_id
    );
    let external_id = sent.external_id();
    let submission = Submission {
        id: id_at(sent.at),
        account: sent.account,
        tld: sent.tld.clone(),
        kind: sent.kind,
        external_id: external_id.to_owned(),
        receive_time: sent.at,
        outcome,
        period,
        client: sent.client.clone(),
        client_address: "192.0.2.17".to_owned(),
        size: i64::try_from(sent.body.len())?,
        sha256: digest(&SHA256, &sent.body).as_ref().to_vec(),
    };
    let object = format!("reports/{}", Uuid::now_v7());
    if let Some(period) = period.filter(|_| good) {
        objects.put(&object, sent.body.clone().into()).await?;
        let slot = Slot {
            tld: &sent.tld,
            kind: sent.kind,
            external_id,
            period,
        };
        store::submissions::supersede(tx, &slot).await?;
    }
    let object = good.then_some(object.as_str());
    store::submissions::insert(tx, &submission, settings.verdict(finding), object).await?;
    Ok(())
}

/// An id as it would have been given out then, so that histories are in the order of time.
fn id_at(at: Timestamp) -> SubmissionId {
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
    let context = uuid::ContextV7::new();
    SubmissionId(Uuid::new_v7(uuid::Timestamp::from_unix(
        context, seconds, nanos,
    )))
}

fn read<T: DeserializeOwned>(folder: &Path, file: &str) -> anyhow::Result<T> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}
