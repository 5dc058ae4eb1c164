//! How TLDs stand with their reports, for people: one of them with everything that is kept track of.

use std::collections::HashMap;

use jiff::civil::Date;
use nsp_kit::{call::Call, clock::to_proto, db::Tx, status::Violations};
use nsp_proto::reporting::v1 as pb;

use super::convert;
use crate::{
    domain::{Kind, Label, Period, State, owes, tracked},
    error::Error,
    settings::Settings,
    store::{self, statuses::Row},
};

pub async fn get_report_status(
    call: &Call,
    settings: &Settings,
    request: &pb::GetReportStatusRequest,
) -> Result<pb::ReportStatus, Error> {
    let mut bad = Violations::default();
    let label = request.name.strip_prefix("tlds/");
    let label = label.and_then(|rest| rest.strip_suffix("/reportStatus"));
    let label = label.and_then(|label| label.parse::<Label>().ok());
    if label.is_none() {
        bad.add("name", "must have the form tlds/{tld}/reportStatus");
    }
    let label = bad.finish(label)?;

    let mut tx = call.begin().await?;
    let row = store::statuses::get(&mut tx, &label).await?;
    let all = periods(&mut tx, settings, &[(&row.label, row.owes_from)]).await?;
    Ok(status(&row, &all, settings))
}

/// Months and days by TLD and kind.
pub struct Periods(HashMap<(String, Kind), Vec<Period>>);

impl Periods {
    /// Those of a TLD and kind, newest first; those that are owed, and those that are in though they are not.
    pub fn of(&self, label: &str, kind: Kind) -> &[Period] {
        let found = self.0.get(&(label.to_owned(), kind));
        found.map_or(&[], Vec::as_slice)
    }
}

/// How each of some TLDs stands, each with the day from which on it owes reports.
pub async fn periods(
    tx: &mut Tx,
    settings: &Settings,
    tlds: &[(&str, Option<Date>)],
) -> Result<Periods, Error> {
    let (now, rri) = (tx.now(), &settings.rri);
    let dates = Kind::ALL.map(|kind| (kind, tracked(kind, now, rri)));
    let first = |wanted: Kind| {
        let of_kind = dates.iter().find(|(kind, _)| *kind == wanted);
        of_kind.and_then(|(_, dates)| dates.last().copied())
    };
    // Where nothing is kept track of, nothing is looked for.
    let first_month = first(Kind::RegistrarTransactions).unwrap_or(Date::MAX);
    let first_day = first(Kind::EscrowReport).unwrap_or(Date::MAX);
    let labels: Vec<String> = tlds.iter().map(|(label, _)| (*label).to_owned()).collect();
    let mut progress = store::progress::of(tx, &labels, first_month, first_day).await?;
    let mut periods = HashMap::new();
    for (label, owes_from) in tlds {
        for (kind, dates) in &dates {
            let mut of_kind = Vec::new();
            for date in dates {
                let came = progress.remove(&((*label).to_owned(), *kind, *date));
                if came.is_some() || owes(*kind, *date, *owes_from) {
                    of_kind.push(Period::of(*kind, *date, came, now, rri));
                }
            }
            periods.insert(((*label).to_owned(), *kind), of_kind);
        }
    }
    Ok(Periods(periods))
}

/// The message about a TLD, with every month and day.
fn status(row: &Row, all: &Periods, settings: &Settings) -> pb::ReportStatus {
    let kinds = Kind::ALL.into_iter().map(|kind| {
        let enabled = settings.rri.is_open(kind, &row.label);
        kind_status(kind, enabled, all.of(&row.label, kind))
    });
    message(row, kinds.collect())
}

/// The message about a TLD that stands so with each kind.
pub fn message(row: &Row, kinds: Vec<pb::KindStatus>) -> pb::ReportStatus {
    pb::ReportStatus {
        name: format!("tlds/{}/reportStatus", row.label),
        tld: row.label.clone(),
        account: row.account.to_string(),
        account_display_name: row.account_name.clone(),
        late_count: kinds.iter().map(|kind| kind.late_count).sum(),
        kinds,
    }
}

/// How a TLD stands with one kind.
fn kind_status(kind: Kind, enabled: bool, periods: &[Period]) -> pb::KindStatus {
    let message = |one: &Period| convert::period(kind, one);
    let last = periods.iter().filter_map(|one| one.progress.as_ref());
    let last = last.map(|progress| progress.receive_time).max();
    // Nothing is expected of an interface that is closed.
    let periods = if enabled { periods } else { &[] };
    let late = || periods.iter().filter(|one| one.state == State::Late);
    let mut received = periods.iter().filter(|one| one.progress.is_some());
    pb::KindStatus {
        kind: convert::kind_message(kind).into(),
        enabled,
        late_count: i32::try_from(late().count()).unwrap_or(i32::MAX),
        periods: periods.iter().map(message).collect(),
        last_receive_time: last.map(to_proto),
        // They are newest first.
        oldest_late: late().next_back().map(message),
        newest_received: received.next().map(message),
    }
}
