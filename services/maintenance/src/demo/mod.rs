//! Demonstration data: windows around the moment of the first start (`nsp-maintenance demo`).

use std::{fs, path::Path};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    clock::Clock,
    config,
    db::{Database, Tx},
    id::{AccountId, UserId},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    SERVICE,
    domain::{Draft, Origin, Span, Window, WindowId},
    store,
};

/// Fills an empty database from the files in `folder`. Does nothing where there are windows.
///
/// History is not announced: what has started or ended before now is noted as announced.
pub async fn demo(config: &config::Database, folder: &Path, clock: &Clock) -> anyhow::Result<()> {
    let db = Database::connect(config)?;
    let now = clock.now();
    let mut tx = db.begin_as_service(SERVICE, now).await?;
    if store::windows::exist(&mut tx).await? {
        tracing::info!("there are windows already; nothing to do");
        return Ok(());
    }
    let accounts: Accounts = read(folder, "accounts.toml")?;
    let people: People = read(folder, "users.toml")?;
    let plans: Plans = read(folder, "windows.toml")?;
    for account in &accounts.account {
        store::accounts::put(&mut tx, AccountId(account.id), &account.name).await?;
    }
    for tld in &accounts.tld {
        let label = tld.label.parse().map_err(anyhow::Error::msg)?;
        store::tlds::put(&mut tx, &label, AccountId(tld.account)).await?;
    }
    let mut windows = Vec::new();
    for plan in &plans.window {
        let made = plan.windows(&accounts, &people, now);
        windows.extend(made.with_context(|| format!("the window {:?}", plan.name))?);
    }
    store::windows::insert(&mut tx, &windows).await?;
    note_history(&mut tx).await?;
    tx.commit().await?;
    tracing::info!(windows = windows.len(), "demonstration data loaded");
    Ok(())
}

async fn note_history(tx: &mut Tx) -> anyhow::Result<()> {
    use store::due::{Announced, lock, set};
    loop {
        let due = lock(tx, 1_000).await?;
        if due.is_empty() {
            return Ok(());
        }
        for one in due {
            let announced = match one.announced {
                Announced::Nothing => Announced::Started,
                Announced::Started | Announced::Ended => Announced::Ended,
            };
            set(tx, one.id, announced).await?;
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(folder: &Path, file: &str) -> anyhow::Result<T> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

#[derive(Deserialize)]
struct Accounts {
    account: Vec<Account>,
    tld: Vec<Tld>,
}

#[derive(Deserialize)]
struct Account {
    id: Uuid,
    name: String,
}

#[derive(Deserialize)]
struct Tld {
    label: String,
    account: Uuid,
}

#[derive(Deserialize)]
struct People {
    user: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    id: Uuid,
    email: String,
    name: String,
}

/// `windows.toml`; its comments explain each key.
#[derive(Deserialize)]
struct Plans {
    window: Vec<Plan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    name: String,
    #[serde(default)]
    description: String,
    tlds: Vec<String>,
    services: Vec<String>,
    by: String,
    start_minutes: i64,
    minutes: i64,
    #[serde(default = "enabled")]
    enabled: bool,
    #[serde(default = "once")]
    times: i64,
    #[serde(default)]
    every_days: i64,
}

fn enabled() -> bool {
    true
}

fn once() -> i64 {
    1
}

impl Plan {
    /// Its windows: each TLD, each service, each time.
    fn windows(
        &self,
        accounts: &Accounts,
        people: &People,
        now: Timestamp,
    ) -> anyhow::Result<Vec<Window>> {
        let user = people.user.iter().find(|user| user.email == self.by);
        let user = user.with_context(|| format!("there is no {}", self.by))?;
        // Windows begin on the minute, or rather on the quarter of an hour.
        let quarter = now.as_second() - now.as_second() % 900;
        let mut windows = Vec::new();
        for (time, label) in (0..self.times).flat_map(|n| self.tlds.iter().map(move |l| (n, l))) {
            let tld = accounts.tld.iter().find(|tld| tld.label == *label);
            let tld = tld.with_context(|| format!("there is no .{label}"))?;
            let account = accounts.account.iter().find(|one| one.id == tld.account);
            let account = account.context("the TLD has no account")?;
            let start = Timestamp::from_second(quarter)?
                + SignedDuration::from_mins(self.start_minutes)
                + SignedDuration::from_hours(24 * self.every_days * time);
            let span = Span::new(start, start + SignedDuration::from_mins(self.minutes));
            let span = span.context("it does not last")?;
            let created = (start - SignedDuration::from_hours(24 * 9))
                .min(now - SignedDuration::from_hours(2));
            for service in &self.services {
                windows.push(Window {
                    id: WindowId::new(),
                    account: AccountId(account.id),
                    account_name: account.name.clone(),
                    draft: Draft {
                        tld: label.parse().map_err(anyhow::Error::msg)?,
                        service: service.parse().map_err(anyhow::Error::msg)?,
                        title: self.name.parse().map_err(anyhow::Error::msg)?,
                        description: self.description.parse().map_err(anyhow::Error::msg)?,
                        span,
                        enabled: self.enabled,
                    },
                    service_name: String::new(),
                    origin: Origin::Portal,
                    external_id: None,
                    creator: UserId(user.id).to_string(),
                    creator_name: user.name.clone(),
                    create_time: created,
                    update_time: created,
                    version: 1,
                });
            }
        }
        Ok(windows)
    }
}
