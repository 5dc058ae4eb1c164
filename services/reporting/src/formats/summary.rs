//! How a TLD stands with its reports, for machines: the JSON that production serves, and the XML of the draft.

use std::io;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{
    dates::written,
    write::{document, text},
};
use crate::domain::{Kind, Period, State, Verification};

const NAMESPACE: &str = "urn:ietf:params:xml:ns:rriReporting-1.0";
const HEADER: &str = "urn:ietf:params:xml:ns:rdeHeader-1.0";
const CONFORMANCE: &str = "urn:ietf:params:xml:ns:rriConformance-1.0";

/// Everything a TLD owes, and how it stands.
#[derive(Debug)]
pub struct Summary<'a> {
    pub tld: &'a str,
    pub now: Timestamp,
    /// The last day with a good full deposit.
    pub last_full: Option<Date>,
    pub kinds: Vec<Kinds>,
    /// Whether it is only about what the agent says.
    pub agent_only: bool,
    /// On which day of the week full deposits are made.
    pub full_weekday: Option<jiff::civil::Weekday>,
}

/// One kind, and its months or days that are due or in.
#[derive(Debug)]
pub struct Kinds {
    pub kind: Kind,
    pub open: bool,
    pub periods: Vec<Period>,
}

#[derive(Serialize)]
struct Json<'a> {
    tld: Name<'a>,
    paths: Vec<Path>,
    created: String,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Path {
    path: &'static str,
    status: &'static str,
}

/// What is wrong with one day or month.
struct Issue {
    date: Date,
    description: &'static str,
}

impl Summary<'_> {
    pub fn json(&self) -> Vec<u8> {
        let path = |path, good: bool| Path {
            path,
            status: if good { "ok" } else { "unsatisfactory" },
        };
        let deposits = self.deposit_issues();
        let has = |what: &str| {
            deposits
                .iter()
                .any(|issue| issue.description.ends_with(what))
        };
        let good = |kind| self.issues(kind).is_empty();
        let mut paths = vec![
            path("Full", !has("_Full")),
            path("Diff", !has("_Diff")),
            path("Dea", good(Kind::EscrowNotification)),
        ];
        if !self.agent_only {
            paths.push(path("PRTR", good(Kind::RegistrarTransactions)));
            paths.push(path("RFAR", good(Kind::FunctionsActivity)));
            paths.push(path("Registry", good(Kind::EscrowReport)));
        }
        let document = Json {
            tld: Name { name: self.tld },
            paths,
            created: written(self.now),
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }

    pub fn xml(&self) -> io::Result<Vec<u8>> {
        let namespaces = [
            ("xmlns:rriReporting", NAMESPACE),
            ("xmlns:rdeHeader", HEADER),
        ];
        document("rriReporting:summary", &namespaces, |out| {
            text(out, "rdeHeader:tld", self.tld)?;
            text(out, "rriReporting:creationDate", &written(self.now))?;
            text(out, "rriReporting:depositSchedule", "Daily")?;
            if let Some(day) = self.last_full {
                text(out, "rriReporting:lastFullDate", &day.to_string())?;
            }
            out.create_element("rriReporting:statusReports")
                .write_inner_content(|out| {
                    let kinds = self.kinds.iter();
                    for one in kinds.filter(|one| !self.agent_only || is_agents(one.kind)) {
                        self.status_report(out, one)?;
                    }
                    Ok(())
                })?;
            text(out, "rriReporting:timestamp", &written(self.now))
        })
    }

    fn status_report(&self, out: &mut super::write::Out, one: &Kinds) -> io::Result<()> {
        let mut issues = self.issues(one.kind);
        if is_agents(one.kind) {
            issues.extend(self.deposit_issues());
        }
        out.create_element("rriReporting:statusReport")
            .write_inner_content(|out| {
                text(out, "rriReporting:type", type_name(one.kind))?;
                text(
                    out,
                    "rriReporting:enabled",
                    if one.open { "true" } else { "false" },
                )?;
                let good = issues.is_empty();
                text(
                    out,
                    "rriReporting:status",
                    if good { "ok" } else { "unsatisfactory" },
                )?;
                if good {
                    return Ok(());
                }
                out.create_element("rriReporting:issues")
                    .write_inner_content(|out| {
                        for issue in &issues {
                            let date = Period::name(one.kind, issue.date);
                            // The schema has a full date, for months their first day.
                            let date = if one.kind.is_monthly() {
                                format!("{date}-01")
                            } else {
                                date
                            };
                            out.create_element("rriReporting:issue")
                                .with_attribute(("date", date.as_str()))
                                .with_attribute(("description", issue.description))
                                .write_empty()?;
                        }
                        Ok(())
                    })
                    .map(drop)
            })
            .map(drop)
    }

    /// The months or days for which nothing came.
    fn issues(&self, kind: Kind) -> Vec<Issue> {
        let late = |period: &&Period| period.state == State::Late;
        self.periods(kind)
            .filter(late)
            .map(|period| Issue {
                date: period.date,
                description: "No_Report_Received",
            })
            .collect()
    }

    /// The days on which the agent has no good deposit.
    fn deposit_issues(&self) -> Vec<Issue> {
        let bad = self.periods(Kind::EscrowNotification);
        bad.filter_map(|period| {
            let full = self.full_weekday == Some(period.date.weekday());
            let verification = period.progress.as_ref()?.verification?;
            let description = match (verification, full) {
                (Verification::Passed, _) => return None,
                (Verification::Failed, true) => "Invalid_Deposit_Full",
                (Verification::Failed, false) => "Invalid_Deposit_Diff",
                (Verification::Missing, true) => "Missing_Deposit_Full",
                (Verification::Missing, false) => "Missing_Deposit_Diff",
            };
            Some(Issue {
                date: period.date,
                description,
            })
        })
        .collect()
    }

    fn periods(&self, kind: Kind) -> impl Iterator<Item = &Period> {
        let of_kind = self
            .kinds
            .iter()
            .filter(move |one| one.kind == kind && one.open);
        of_kind.flat_map(|one| &one.periods)
    }
}

fn is_agents(kind: Kind) -> bool {
    kind == Kind::EscrowNotification
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::EscrowReport => "Registry_Escrow_Report",
        Kind::EscrowNotification => "DEA_Notification",
        Kind::RegistrarTransactions => "Registry_Per_Registrar_Transactions_Report",
        Kind::FunctionsActivity => "Registry_Functions_Activity_Report",
    }
}

/// Which drafts this server conforms to.
pub fn conformance(specifications: &[String]) -> io::Result<Vec<u8>> {
    let root = "rriConformance:rriConformance";
    document(root, &[("xmlns:rriConformance", CONFORMANCE)], |out| {
        specifications
            .iter()
            .try_for_each(|name| text(out, "rriConformance:specification", name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Progress, settings::shipped};

    fn summary() -> Summary<'static> {
        let rri = &shipped().rri;
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let period = |kind, date: &str, verification: Option<Verification>| {
            let progress = verification.map(|verification| Progress {
                receive_time: now,
                first_time: now,
                count: 1,
                verification: Some(verification).filter(|_| kind == Kind::EscrowNotification),
            });
            Period::of(kind, date.parse().unwrap(), progress, now, rri)
        };
        let passed = Some(Verification::Passed);
        let kinds = [
            (Kind::EscrowReport, vec![("2026-11-23", passed)]),
            (
                Kind::EscrowNotification,
                vec![
                    ("2026-11-22", Some(Verification::Failed)),
                    ("2026-11-21", Some(Verification::Missing)),
                    ("2026-11-20", None),
                ],
            ),
            (
                Kind::RegistrarTransactions,
                vec![("2026-10-01", None), ("2026-09-01", passed)],
            ),
            (Kind::FunctionsActivity, vec![("2026-10-01", passed)]),
        ];
        Summary {
            tld: "example",
            now,
            last_full: Some("2026-11-15".parse().unwrap()),
            kinds: kinds
                .into_iter()
                .map(|(kind, periods)| Kinds {
                    kind,
                    open: true,
                    periods: periods
                        .into_iter()
                        .map(|(date, v)| period(kind, date, v))
                        .collect(),
                })
                .collect(),
            agent_only: false,
            full_weekday: rri.full_deposit_weekday,
        }
    }

    #[test]
    fn the_json_is_that_of_production() {
        let document: serde_json::Value = serde_json::from_slice(&summary().json()).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "tld": {"name": "example"},
                "paths": [
                    {"path": "Full", "status": "unsatisfactory"},
                    {"path": "Diff", "status": "unsatisfactory"},
                    {"path": "Dea", "status": "unsatisfactory"},
                    {"path": "PRTR", "status": "unsatisfactory"},
                    {"path": "RFAR", "status": "ok"},
                    {"path": "Registry", "status": "ok"},
                ],
                "created": "2026-11-24T12:00:00.000Z",
            })
        );
        let agent = Summary {
            agent_only: true,
            ..summary()
        };
        let document: serde_json::Value = serde_json::from_slice(&agent.json()).unwrap();
        assert_eq!(document["paths"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn the_xml_names_each_day_and_what_is_wrong_with_it() {
        let text = String::from_utf8(summary().xml().unwrap()).unwrap();
        for part in [
            "<rriReporting:lastFullDate>2026-11-15</rriReporting:lastFullDate>",
            "<rriReporting:issue date=\"2026-11-22\" description=\"Invalid_Deposit_Full\"/>",
            "<rriReporting:issue date=\"2026-11-21\" description=\"Missing_Deposit_Diff\"/>",
            "<rriReporting:issue date=\"2026-11-20\" description=\"No_Report_Received\"/>",
            "<rriReporting:issue date=\"2026-10-01\" description=\"No_Report_Received\"/>",
            "<rriReporting:type>Registry_Functions_Activity_Report</rriReporting:type><rriReporting:enabled>true</rriReporting:enabled><rriReporting:status>ok</rriReporting:status></rriReporting:statusReport>",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let conformance = conformance(&["draft-lozano-icann-registry-interfaces-27".into()]);
        let text = String::from_utf8(conformance.unwrap()).unwrap();
        assert!(text.contains("<rriConformance:specification>draft-lozano-icann-registry-interfaces-27</rriConformance:specification>"));
    }
}
