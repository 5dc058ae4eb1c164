//! Between the messages of the API and the types of the domain.

use jiff::Timestamp;
use nsp_kit::{
    clock::{from_proto, to_proto},
    status::Violations,
};
use nsp_proto::reporting::v1 as pb;

use crate::domain::{Entity, Kind, Label, Period, State};

/// A kind that must be given.
pub fn kind(bad: &mut Violations, kind: pb::ReportKind) -> Option<Kind> {
    let found = optional_kind(kind);
    if found.is_none() {
        bad.add("kind", "must be given");
    }
    found
}

pub fn optional_kind(kind: pb::ReportKind) -> Option<Kind> {
    match kind {
        pb::ReportKind::Unspecified => None,
        pb::ReportKind::RegistryEscrowReport => Some(Kind::EscrowReport),
        pb::ReportKind::EscrowAgentNotification => Some(Kind::EscrowNotification),
        pb::ReportKind::RegistrarTransactions => Some(Kind::RegistrarTransactions),
        pb::ReportKind::RegistryFunctionsActivity => Some(Kind::FunctionsActivity),
    }
}

pub fn kind_message(kind: Kind) -> pb::ReportKind {
    match kind {
        Kind::EscrowReport => pb::ReportKind::RegistryEscrowReport,
        Kind::EscrowNotification => pb::ReportKind::EscrowAgentNotification,
        Kind::RegistrarTransactions => pb::ReportKind::RegistrarTransactions,
        Kind::FunctionsActivity => pb::ReportKind::RegistryFunctionsActivity,
    }
}

/// The machine behind a call, which the edge must name.
pub fn check_client(bad: &mut Violations, client: Option<&pb::Client>) {
    let name = client.map_or("", |client| client.name.as_str());
    if !(1..=200).contains(&name.chars().count()) {
        bad.add("client.name", "must be 1 to 200 characters");
    }
    let address = client.map_or("", |client| client.address.as_str());
    if address.len() > 100 {
        bad.add("client.address", "must not exceed 100 characters");
    }
}

/// Whom a document is about.
pub fn entity(bad: &mut Violations, field: &str, entity: Option<&pb::Entity>) -> Option<Entity> {
    match entity.and_then(|entity| entity.id.as_ref()) {
        Some(pb::entity::Id::Tld(tld)) => {
            let label = bad.parse::<Label>(&format!("{field}.tld"), tld);
            label.map(Entity::Registry)
        }
        Some(pb::entity::Id::Registrar(id)) => Some(Entity::Registrar(*id)),
        None => {
            bad.add(field, "must be given");
            None
        }
    }
}

/// A moment that must be given.
pub fn moment(
    bad: &mut Violations,
    field: &str,
    at: Option<&nsp_proto::Timestamp>,
) -> Option<Timestamp> {
    let at = at.and_then(from_proto);
    let at = at.filter(|at| (0..=7_258_118_400).contains(&at.as_second()));
    if at.is_none() {
        bad.add(field, "must be a sensible time");
    }
    at
}

pub fn period(kind: Kind, period: &Period) -> pb::Period {
    let progress = period.progress.as_ref();
    pb::Period {
        date: Period::name(kind, period.date),
        state: match period.state {
            State::Expected => pb::period::State::Expected,
            State::Received => pb::period::State::Received,
            State::Final => pb::period::State::Final,
            State::Late => pb::period::State::Late,
            State::Failed => pb::period::State::Failed,
        }
        .into(),
        due_time: Some(to_proto(period.due)),
        receive_time: progress.map(|progress| to_proto(progress.receive_time)),
        received_late: period.is_received_late(),
        submission_count: progress.map_or(0, |progress| progress.count),
    }
}
