//! What a registry reports about a deposit, and what can be wrong with it once its form is right.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{Finding, Label, Problem, calendar::today};
use crate::settings::Rri;

const RDE_DOMAIN: &str = "urn:ietf:params:xml:ns:rdeDomain-1.0";
const CSV_DOMAIN: &str = "urn:ietf:params:xml:ns:csvDomain-1.0";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositKind {
    Full,
    Incremental,
    Differential,
}

/// An `rdeReport:report`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscrowReport {
    pub id: String,
    pub version: u16,
    pub created: Timestamp,
    pub kind: DepositKind,
    /// Up to which moment the deposit has everything.
    pub watermark: Timestamp,
    /// The `tld` of the header; none if it is about something else.
    pub tld: Option<String>,
    pub counts: Vec<Count>,
}

/// How many objects of a kind the deposit has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub uri: String,
    pub rcdn: Option<String>,
    pub registrar: Option<String>,
    pub number: i64,
}

/// What a report is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Deposit<'a> {
    /// From the address; none for reports inside notifications.
    pub id: Option<&'a str>,
    pub tld: &'a Label,
    /// When the TLD came here first.
    pub created: Date,
    pub now: Timestamp,
}

impl EscrowReport {
    /// Which day it is for.
    pub fn day(&self) -> Date {
        today(self.watermark)
    }

    /// The first thing that is wrong with it.
    pub fn check(&self, expected: &Deposit<'_>, rri: &Rri) -> Result<(), Problem> {
        check_version(self.version, rri)?;
        self.check_tld(expected.tld)?;
        self.check_id(expected.id)?;
        self.check_dates(expected, rri)?;
        self.check_kind(rri)?;
        self.check_counts(rri)
    }

    fn check_tld(&self, expected: &Label) -> Result<(), Problem> {
        let Some(tld) = &self.tld else {
            return Err(Problem::new(Finding::TldMissing, ""));
        };
        if tld.eq_ignore_ascii_case(expected.as_ref()) {
            return Ok(());
        }
        if !is_domain_name(tld) {
            return Err(Problem::new(Finding::InvalidName, format!("tld: {tld}")));
        }
        let description = format!("tld: {tld}, URL: {}", expected.as_ref());
        Err(Problem::new(Finding::TldMismatch, description))
    }

    fn check_id(&self, expected: Option<&str>) -> Result<(), Problem> {
        match expected {
            Some(id) if id != self.id => {
                let description = format!("id: {}, URL: {id}", self.id);
                Err(Problem::new(Finding::IdMismatch, description))
            }
            _ => Ok(()),
        }
    }

    fn check_dates(&self, expected: &Deposit<'_>, rri: &Rri) -> Result<(), Problem> {
        let dates = [("crDate", self.created), ("watermark", self.watermark)];
        for (name, at) in dates {
            check_not_in_future(name, at, expected.now, rri)?;
        }
        for (name, at) in dates {
            if today(at) < expected.created {
                let description = format!("{name}: {at}, creation date: {}", expected.created);
                return Err(Problem::new(Finding::BeforeCreation, description));
            }
        }
        Ok(())
    }

    fn check_kind(&self, rri: &Rri) -> Result<(), Problem> {
        let full_expected = rri.full_deposit_weekday == Some(self.day().weekday());
        if full_expected && self.kind != DepositKind::Full {
            let description = format!("watermark: {}", self.watermark);
            return Err(Problem::new(Finding::DifferentialOnFullDay, description));
        }
        Ok(())
    }

    fn check_counts(&self, rri: &Rri) -> Result<(), Problem> {
        let has = |uri| self.counts.iter().any(|count| count.uri == uri);
        if has(RDE_DOMAIN) && has(CSV_DOMAIN) {
            return Err(Problem::new(Finding::BothDomainCounts, ""));
        }
        let mut seen = HashSet::new();
        for count in &self.counts {
            if let Some(rcdn) = &count.rcdn {
                if !rri.config.rcdn_uris.contains(&count.uri) {
                    let description = format!("uri: {}, rcdn: {rcdn}", count.uri);
                    return Err(Problem::new(Finding::UnexpectedRcdn, description));
                }
                if !is_domain_name(rcdn) {
                    return Err(Problem::new(Finding::InvalidName, format!("rcdn: {rcdn}")));
                }
            }
            if !seen.insert((&count.uri, &count.rcdn, &count.registrar)) {
                let description = format!("uri: {}", count.uri);
                return Err(Problem::new(Finding::RepeatedCount, description));
            }
        }
        Ok(())
    }

    /// How many domains it counts, all of them together.
    pub fn domains(&self) -> Option<u32> {
        let total = self.counts.iter().find(|count| {
            let domains = count.uri == RDE_DOMAIN || count.uri == CSV_DOMAIN;
            domains && count.rcdn.is_none() && count.registrar.is_none()
        })?;
        u32::try_from(total.number).ok()
    }
}

pub fn check_version(version: u16, rri: &Rri) -> Result<(), Problem> {
    if version == rri.config.report_version {
        return Ok(());
    }
    let description = format!("version: {version}");
    Err(Problem::new(Finding::UnsupportedVersion, description))
}

fn check_not_in_future(
    name: &str,
    at: Timestamp,
    now: Timestamp,
    rri: &Rri,
) -> Result<(), Problem> {
    let tolerance = SignedDuration::from_secs(rri.config.future_tolerance_seconds.into());
    if at > now + tolerance {
        let description = format!("{name}: {at}");
        return Err(Problem::new(Finding::DateInFuture, description));
    }
    Ok(())
}

/// Whether it is a host name of letters, digits and hyphens, with or without dots.
pub fn is_domain_name(name: &str) -> bool {
    let label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let inside = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len()) && label.bytes().all(allowed) && inside
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::settings::{shipped, shipped_with};

    pub fn report() -> EscrowReport {
        let at = |text: &str| text.parse().unwrap();
        EscrowReport {
            id: "20261124001".into(),
            version: 1,
            created: at("2026-11-24T01:15:00Z"),
            kind: DepositKind::Differential,
            watermark: at("2026-11-24T00:00:00Z"),
            tld: Some("example".into()),
            counts: vec![count(RDE_DOMAIN, None, None, 42)],
        }
    }

    fn count(uri: &str, rcdn: Option<&str>, registrar: Option<&str>, number: i64) -> Count {
        Count {
            uri: uri.into(),
            rcdn: rcdn.map(str::to_owned),
            registrar: registrar.map(str::to_owned),
            number,
        }
    }

    fn check(report: &EscrowReport) -> Result<(), Finding> {
        check_with(report, &shipped().rri)
    }

    fn check_with(report: &EscrowReport, rri: &Rri) -> Result<(), Finding> {
        let tld = "example".parse().unwrap();
        let expected = Deposit {
            id: Some("20261124001"),
            tld: &tld,
            created: "2026-01-01".parse().unwrap(),
            now: "2026-11-24T02:00:00Z".parse().unwrap(),
        };
        let checked = report.check(&expected, rri);
        checked.map_err(|problem| problem.finding)
    }

    #[test]
    fn a_good_report_is_good_and_counts_its_domains() {
        assert_eq!(check(&report()), Ok(()));
        assert_eq!(report().domains(), Some(42));
        let upper = EscrowReport {
            tld: Some("EXAMPLE".into()),
            ..report()
        };
        assert_eq!(check(&upper), Ok(()));
    }

    #[test]
    fn everything_that_can_be_wrong_is_found() {
        type Change = fn(&mut EscrowReport);
        let cases: [(Finding, Change); 12] = [
            (Finding::UnsupportedVersion, |it| it.version = 2),
            (Finding::TldMissing, |it| it.tld = None),
            (Finding::TldMismatch, |it| it.tld = Some("other".into())),
            (Finding::InvalidName, |it| it.tld = Some("ex_ample".into())),
            (Finding::IdMismatch, |it| it.id = "other".into()),
            (Finding::DateInFuture, |it| {
                it.created += SignedDuration::from_hours(2);
            }),
            (Finding::DateInFuture, |it| {
                it.watermark += SignedDuration::from_hours(24);
            }),
            (Finding::BeforeCreation, |it| {
                it.watermark = "2025-12-31T00:00:00Z".parse().unwrap();
            }),
            (Finding::DifferentialOnFullDay, |it| {
                it.watermark = "2026-11-22T00:00:00Z".parse().unwrap();
            }),
            (Finding::BothDomainCounts, |it| {
                it.counts.push(count(CSV_DOMAIN, None, None, 1));
            }),
            (Finding::UnexpectedRcdn, |it| {
                let uri = "urn:ietf:params:xml:ns:rdeHost-1.0";
                it.counts.push(count(uri, Some("co.example"), None, 1));
            }),
            (Finding::RepeatedCount, |it| {
                it.counts.push(it.counts[0].clone());
            }),
        ];
        for (finding, change) in cases {
            let mut report = report();
            change(&mut report);
            assert_eq!(check(&report), Err(finding), "{report:?}");
        }
        let mut bad_name = report();
        bad_name
            .counts
            .push(count(RDE_DOMAIN, Some("co..example"), None, 1));
        assert_eq!(check(&bad_name), Err(Finding::InvalidName));
    }

    #[test]
    fn the_order_of_checks_is_the_one_agreed_upon() {
        let mut report = report();
        report.counts.push(report.counts[0].clone());
        report.watermark = "2025-12-28T00:00:00Z".parse().unwrap();
        assert_eq!(check(&report), Err(Finding::BeforeCreation));
        report.id = "other".into();
        assert_eq!(check(&report), Err(Finding::IdMismatch));
        report.tld = None;
        assert_eq!(check(&report), Err(Finding::TldMissing));
        report.version = 7;
        assert_eq!(check(&report), Err(Finding::UnsupportedVersion));
    }

    #[test]
    fn a_full_deposit_is_good_on_any_day_and_the_day_is_a_setting() {
        let mut report = report();
        report.watermark = "2026-11-22T00:00:00Z".parse().unwrap();
        report.kind = DepositKind::Full;
        assert_eq!(check(&report), Ok(()));
        report.kind = DepositKind::Differential;
        let never = shipped_with("full_deposit_weekday = ''");
        assert_eq!(check_with(&report, &never.rri), Ok(()));
        let tuesday = shipped_with("full_deposit_weekday = 'tuesday'");
        report.watermark = "2026-11-24T00:00:00Z".parse().unwrap();
        let found = check_with(&report, &tuesday.rri);
        assert_eq!(found, Err(Finding::DifferentialOnFullDay));
    }
}
