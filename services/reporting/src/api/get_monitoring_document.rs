//! A document of the SLA monitoring: one that was put, or a list that follows from those.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::reporting::v1 as pb;
use serde_json::{Value, json};

use super::{
    answer::{JSON, dated, document, not_found, wrong_query},
    convert,
};
use crate::{
    domain::today,
    error::Error,
    formats::{
        monitoring::{self, List, Path},
        query::{Flag, Query},
    },
    settings::Settings,
    store::monitoring::{self as store, Root},
};

pub async fn get_monitoring_document(
    call: &Call,
    settings: &Settings,
    request: pb::GetMonitoringDocumentRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    let entity = convert::entity(&mut bad, "entity", request.entity.as_ref());
    let entity = bad.finish(entity)?;
    let served = settings.mosapi.versions.contains(&request.version);
    let version = i16::try_from(request.version).ok().filter(|_| served);
    let (Some(version), Some(path)) = (version, Path::parse(&request.path)) else {
        return Ok(not_found());
    };
    let root = Root {
        entity: entity.to_string(),
        version,
    };
    let mut tx = call.begin().await?;
    match path {
        Path::Document { .. } => {
            let found = store::get(&mut tx, &root, &request.path).await?;
            let copy = request.copy.as_ref();
            Ok(found.map_or_else(not_found, |found| {
                dated(found.body, JSON, found.update_time, copy)
            }))
        }
        Path::List { service, list } => {
            let asked = Asked {
                root: &root,
                service: &service,
                path: &request.path,
                query: &request.query,
            };
            asked.list(&mut tx, settings, &list).await
        }
    }
}

/// A list that is asked for.
struct Asked<'a> {
    root: &'a Root,
    service: &'a str,
    path: &'a str,
    query: &'a str,
}

impl Asked<'_> {
    async fn list(
        &self,
        tx: &mut Tx,
        settings: &Settings,
        list: &List,
    ) -> Result<pb::Answer, Error> {
        match list {
            List::Incidents => self.incidents(tx, settings).await,
            List::Years => {
                // PostgreSQL's days do not begin as early as ours.
                self.days(tx, "years", Date::ZERO, Date::MAX, |day| {
                    format!("{:04}", day.year())
                })
                .await
            }
            List::Months(year) => {
                let (from, to) = (Date::new(*year, 1, 1), Date::new(*year, 12, 31));
                let (from, to) = (from.unwrap_or(Date::ZERO), to.unwrap_or(Date::MAX));
                self.days(tx, "months", from, to, |day| format!("{:02}", day.month()))
                    .await
            }
            List::Days(year, month) => {
                let from = Date::new(*year, *month, 1).unwrap_or(Date::ZERO);
                self.days(tx, "days", from, from.last_of_month(), |day| {
                    format!("{:02}", day.day())
                })
                .await
            }
            List::Measurements(_) | List::IncidentMeasurements(_) => self.leaves(tx).await,
        }
    }

    async fn incidents(&self, tx: &mut Tx, settings: &Settings) -> Result<pb::Answer, Error> {
        let query = Query::parse(self.query, &settings.mosapi, Flag::FalsePositive);
        let query = query.and_then(|query| query.range(today(tx.now()), &settings.mosapi));
        let query = match query {
            Ok(query) => query,
            Err((error, description)) => return Ok(wrong_query(settings, error, &description)),
        };
        let found = store::incidents(
            tx,
            self.root,
            self.service,
            midnight(query.from),
            midnight(query.to.saturating_add(Span::new().days(1))),
            query.flag,
        )
        .await?;
        let newest = found.iter().map(|one| one.update_time).max();
        let items: Vec<Value> = found
            .iter()
            .filter_map(|one| monitoring::incident_of(&one.body))
            .collect();
        Ok(self.answer("incidents", &items, newest.unwrap_or(tx.now())))
    }

    /// Years, months or days, newest first.
    async fn days(
        &self,
        tx: &mut Tx,
        field: &str,
        from: Date,
        to: Date,
        name: impl Fn(Date) -> String + Send,
    ) -> Result<pb::Answer, Error> {
        let days = store::days(tx, self.root, self.service, from, to).await?;
        if days.is_empty() {
            return Ok(not_found());
        }
        let mut names: Vec<String> = days.into_iter().map(name).collect();
        names.dedup();
        let items: Vec<Value> = names.into_iter().map(Value::String).collect();
        Ok(self.answer(field, &items, tx.now()))
    }

    /// The documents below a path, oldest first.
    async fn leaves(&self, tx: &mut Tx) -> Result<pb::Answer, Error> {
        let prefix = format!("{}/", self.path);
        let mut leaves = store::below(tx, self.root, &prefix).await?;
        if leaves.is_empty() {
            return Ok(not_found());
        }
        leaves.sort_by_key(|leaf| number(&leaf.path[prefix.len()..]));
        let newest = leaves.iter().map(|leaf| leaf.update_time).max();
        let items: Vec<Value> = leaves
            .iter()
            .map(|leaf| json!(leaf.path[prefix.len()..]))
            .collect();
        Ok(self.answer("measurements", &items, newest.unwrap_or(tx.now())))
    }

    fn answer(&self, field: &str, items: &[Value], updated: Timestamp) -> pb::Answer {
        let version = i32::from(self.root.version);
        document(monitoring::list(version, updated, field, items), JSON)
    }
}

/// The time in the name of a measurement.
fn number(name: &str) -> u64 {
    let digits = name.split('.').next().unwrap_or_default();
    digits.parse().unwrap_or(u64::MAX)
}

/// Midnight UTC; beyond the range of time, its end.
fn midnight(day: Date) -> Timestamp {
    TimeZone::UTC
        .to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MAX)
}
