//! What was sent when: everything that is owed, but for the exceptions of `reports.toml`.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use nsp_kit::id::AccountId;
use serde::Deserialize;
use uuid::Uuid;

use super::{bodies, monitoring::Incident};
use crate::{
    domain::{Kind, Label, Month, due, owes, tracked},
    settings::Settings,
};

#[derive(Deserialize)]
pub struct Accounts {
    pub account: Vec<Account>,
    pub tld: Vec<Tld>,
}

#[derive(Deserialize)]
pub struct Account {
    pub id: Uuid,
    pub name: String,
    pub kind: String,
}

#[derive(Deserialize)]
pub struct Tld {
    pub label: String,
    pub account: Uuid,
    delegation_date: Option<String>,
}

impl Tld {
    pub fn delegated(&self) -> anyhow::Result<Option<Date>> {
        let date = self.delegation_date.as_ref();
        Ok(date.map(|date| date.parse()).transpose()?)
    }
}

/// `reports.toml`; its comments explain each key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    exception: Vec<Exception>,
    pub incident: Vec<Incident>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    tlds: Vec<String>,
    kind: Kind,
    back: Vec<usize>,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Missing,
    Late,
    Replaced,
    Rejected,
    Corrected,
    Failed,
    NoDeposit,
}

/// One thing that was sent.
pub struct Sent {
    pub tld: Label,
    pub account: AccountId,
    pub created: Date,
    pub kind: Kind,
    pub path_id: String,
    pub at: Timestamp,
    pub client: String,
    pub body: Vec<u8>,
    /// Whether it should be accepted.
    pub good: bool,
}

impl Sent {
    pub fn external_id(&self) -> &str {
        match self.kind {
            Kind::EscrowReport => &self.path_id,
            _ => "",
        }
    }
}

/// One TLD and kind for one month or day.
struct Case<'a> {
    tld: &'a Label,
    account: AccountId,
    created: Date,
    kind: Kind,
    date: Date,
    what: Option<What>,
    now: Timestamp,
    due: Timestamp,
    /// Different for each TLD, so that they are not all alike.
    number: u64,
}

impl Plan {
    /// Everything, in the order of time.
    pub fn everything(
        &self,
        accounts: &Accounts,
        now: Timestamp,
        settings: &Settings,
    ) -> anyhow::Result<Vec<Sent>> {
        let mut all = Vec::new();
        for (number, tld) in (1..).zip(&accounts.tld) {
            let account = accounts.account.iter().find(|one| one.id == tld.account);
            let account = account.context("a TLD has no account")?;
            let Some(created) = tld.delegated()? else {
                continue;
            };
            if account.kind != "registry_operator" {
                continue;
            }
            let label: Label = tld.label.parse().map_err(anyhow::Error::msg)?;
            for kind in Kind::ALL {
                let dates = tracked(kind, now, &settings.rri);
                for (back, date) in dates.into_iter().enumerate() {
                    // Days count from yesterday: today has hardly begun.
                    let back = if kind.is_monthly() { back + 1 } else { back };
                    if back == 0 || !owes(kind, date, Some(created)) {
                        continue;
                    }
                    let case = Case {
                        tld: &label,
                        account: AccountId(account.id),
                        created,
                        kind,
                        date,
                        what: self.what(&tld.label, kind, back),
                        now,
                        due: due(kind, date, &settings.rri),
                        number,
                    };
                    all.extend(case.sent()?);
                }
            }
        }
        all.sort_by_key(|sent| sent.at);
        Ok(all)
    }

    fn what(&self, tld: &str, kind: Kind, back: usize) -> Option<What> {
        let concerns = |one: &&Exception| {
            one.kind == kind && one.back.contains(&back) && one.tlds.iter().any(|t| t == tld)
        };
        self.exception.iter().find(concerns).map(|one| one.what)
    }
}

impl Case<'_> {
    fn sent(&self) -> anyhow::Result<Vec<Sent>> {
        let first = self.usual_time()?;
        let later = first + SignedDuration::from_mins(47);
        let late = self.due + SignedDuration::from_hours(31);
        let all = match self.what {
            Some(What::Missing) => Vec::new(),
            Some(What::Late) => vec![self.one(late, true, 0)],
            Some(What::Replaced) => vec![self.one(first, true, 0), self.one(later, true, 1)],
            Some(What::Rejected) => vec![self.one(first, false, 0)],
            Some(What::Corrected) => vec![self.one(first, false, 0), self.one(later, true, 0)],
            None | Some(What::Failed | What::NoDeposit) => vec![self.one(first, true, 0)],
        };
        // Nothing comes from the future.
        Ok(all.into_iter().filter(|sent| sent.at < self.now).collect())
    }

    /// Some hours into the day, or some days into the month that follows.
    fn usual_time(&self) -> anyhow::Result<Timestamp> {
        let minutes = i64::try_from(self.number * 37 % 180)?;
        let begin = if self.kind.is_monthly() {
            let days = i32::try_from(3 + self.number % 6)?;
            let following = Month::of(self.date).next().first_day();
            following.checked_add(jiff::Span::new().days(days))?
        } else {
            self.date
        };
        let hours = if self.kind == Kind::EscrowNotification {
            9
        } else {
            2
        };
        let begin = TimeZone::UTC.to_timestamp(begin.at(hours, 0, 0, 0))?;
        Ok(begin + SignedDuration::from_mins(minutes))
    }

    fn one(&self, at: Timestamp, good: bool, version: u64) -> Sent {
        let tld = self.tld.as_ref();
        let path_id = match self.kind {
            Kind::EscrowReport => format!("{}001", self.date.strftime("%Y%m%d")),
            Kind::EscrowNotification => String::new(),
            _ => Month::of(self.date).to_string(),
        };
        let status = match self.what {
            Some(What::Failed) => "DVFN",
            Some(What::NoDeposit) => "DRFN",
            _ => "DVPN",
        };
        let scale = self.number + version;
        let body = match self.kind {
            Kind::EscrowReport => bodies::escrow_report(tld, self.date, scale),
            Kind::EscrowNotification => bodies::notification(tld, self.date, status, scale),
            Kind::RegistrarTransactions => bodies::transactions(scale, good),
            Kind::FunctionsActivity => bodies::activity(scale, good),
        };
        let party = if self.kind == Kind::EscrowNotification {
            "dea"
        } else {
            "ry"
        };
        Sent {
            tld: self.tld.clone(),
            account: self.account,
            created: self.created,
            kind: self.kind,
            path_id,
            at,
            client: format!("{tld}_{party}"),
            body: body.into_bytes(),
            good,
        }
    }
}
