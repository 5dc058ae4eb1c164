//! The one table of everything about RRI and MoSAPI that ICANN's specifications could say otherwise: `config.toml`
//! explains each setting.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::domain::{Finding, Kind, Month, QueryError};

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub escrow_report_bytes: usize,
    pub notification_bytes: usize,
    pub monthly_report_bytes: usize,
    pub metrica_bytes: usize,
    pub xml_depth: usize,
    pub xml_elements: usize,
    pub csv_lines: usize,
}

impl Limits {
    /// How large a report of this kind may be.
    pub fn bytes(&self, kind: Kind) -> usize {
        match kind {
            Kind::EscrowReport => self.escrow_report_bytes,
            Kind::EscrowNotification => self.notification_bytes,
            Kind::RegistrarTransactions | Kind::FunctionsActivity => self.monthly_report_bytes,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub rejected_days: u16,
    pub daily_days: u16,
    pub monthly_months: u16,
    pub measurement_days: u16,
    pub metrica_days: u16,
}

/// RRI, as the configuration has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RriConfig {
    pub interfaces: BTreeSet<Kind>,
    pub closed: Vec<String>,
    pub xml_types: Vec<String>,
    pub csv_types: Vec<String>,
    pub cut_off_day: i8,
    pub deposit_due_hours: u16,
    pub notification_due_hours: u16,
    pub full_deposit_weekday: String,
    pub future_tolerance_seconds: u32,
    pub received_since: Date,
    pub conformance: Vec<String>,
    pub status_as_xml: bool,
    pub report_version: u16,
    pub accept_tld_column: bool,
    pub activity_without_rdap_until: String,
    pub accredited_registrars: Vec<String>,
    pub internal_registrars: Vec<String>,
    pub rcdn_uris: BTreeSet<String>,
    pub track_days: u8,
    pub track_months: u8,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MosapiConfig {
    pub versions: BTreeSet<i32>,
    pub start_parameter: String,
    pub end_parameter: String,
    pub false_positive_parameter: String,
    pub max_span_days: i32,
    pub rdap_url_versions: BTreeSet<i32>,
    pub daar: bool,
}

/// A code and the words that go with it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    pub code: i32,
    pub message: String,
}

/// All of it, checked.
#[derive(Debug)]
pub struct Settings {
    pub limits: Limits,
    pub retention: Retention,
    pub rri: Rri,
    pub mosapi: MosapiConfig,
    results: BTreeMap<Finding, Verdict>,
    errors: BTreeMap<QueryError, Verdict>,
}

/// RRI, parsed.
#[derive(Debug)]
pub struct Rri {
    pub closed: BTreeSet<(String, Kind)>,
    pub full_deposit_weekday: Option<Weekday>,
    pub activity_without_rdap_until: Option<Month>,
    accredited: Vec<Range>,
    internal: Vec<Range>,
    pub config: RriConfig,
}

/// IANA ids from one to another, both included.
#[derive(Debug, Clone, Copy)]
struct Range(u64, u64);

impl Settings {
    pub fn new(
        limits: Limits,
        retention: Retention,
        rri: &RriConfig,
        mosapi: &MosapiConfig,
        results: &BTreeMap<Finding, Verdict>,
        errors: &BTreeMap<QueryError, Verdict>,
    ) -> anyhow::Result<Self> {
        for finding in Finding::ALL {
            let verdict = results.get(&finding);
            let verdict = verdict.with_context(|| format!("results: {finding:?} is missing"))?;
            ensure!(
                (1000..=9999).contains(&verdict.code),
                "results: codes must be 1000 to 9999"
            );
        }
        for error in QueryError::ALL {
            ensure!(errors.contains_key(&error), "errors: {error:?} is missing");
        }
        ensure!(
            (1..=28).contains(&rri.cut_off_day),
            "rri.cut_off_day must be 1 to 28"
        );
        ensure!(
            (1..=60).contains(&rri.track_days) && (1..=36).contains(&rri.track_months),
            "rri.track_days must be 1 to 60, rri.track_months 1 to 36"
        );
        ensure!(
            rri.deposit_due_hours > 0 && rri.notification_due_hours > 0,
            "rri: what is due needs at least an hour"
        );
        Ok(Self {
            limits,
            retention,
            rri: Rri::parse(rri)?,
            mosapi: mosapi.clone(),
            results: results.clone(),
            errors: errors.clone(),
        })
    }

    /// What a finding is called on the wire.
    pub fn verdict(&self, finding: Finding) -> &Verdict {
        &self.results[&finding]
    }

    pub fn error(&self, error: QueryError) -> &Verdict {
        &self.errors[&error]
    }
}

impl Rri {
    fn parse(config: &RriConfig) -> anyhow::Result<Self> {
        let closed = config.closed.iter().map(|one| {
            let (tld, kind) = one.split_once('/')?;
            Some((tld.to_ascii_lowercase(), kind.parse().ok()?))
        });
        let closed: Option<_> = closed.collect();
        let weekday = match config.full_deposit_weekday.as_str() {
            "" => None,
            name => Some(weekday(name).context("rri.full_deposit_weekday is no day of the week")?),
        };
        let until = match config.activity_without_rdap_until.as_str() {
            "" => None,
            month => Some(month.parse().map_err(anyhow::Error::msg)),
        };
        Ok(Self {
            closed: closed.context("rri.closed must be of the form tld/interface")?,
            full_deposit_weekday: weekday,
            activity_without_rdap_until: until
                .transpose()
                .context("rri.activity_without_rdap_until")?,
            accredited: ranges(&config.accredited_registrars)
                .context("rri.accredited_registrars")?,
            internal: ranges(&config.internal_registrars).context("rri.internal_registrars")?,
            config: config.clone(),
        })
    }

    /// Whether the interface is open for the TLD.
    pub fn is_open(&self, kind: Kind, tld: &str) -> bool {
        self.config.interfaces.contains(&kind) && !self.closed.contains(&(tld.to_owned(), kind))
    }

    /// Whether the registrar with this IANA id is accredited, or stands for the registry itself.
    pub fn is_accredited(&self, id: u64) -> bool {
        let within = |ranges: &[Range]| ranges.iter().any(|Range(a, b)| (*a..=*b).contains(&id));
        self.accredited.is_empty() || within(&self.accredited) || within(&self.internal)
    }
}

fn ranges(texts: &[String]) -> anyhow::Result<Vec<Range>> {
    let parse = |text: &String| {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Ok(Range(from.trim().parse()?, to.trim().parse()?))
    };
    texts.iter().map(parse).collect()
}

fn weekday(name: &str) -> Option<Weekday> {
    let names = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let place = names.iter().position(|day| *day == name)?;
    Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()
}

/// The settings as they are shipped, for the tests of what they decide about.
#[cfg(test)]
pub fn shipped() -> Settings {
    shipped_with("")
}

/// The settings as they are shipped, but for `rri` changed by lines of TOML.
#[cfg(test)]
pub fn shipped_with(rri: &str) -> Settings {
    let mut table: toml::Table = crate::DEFAULTS.parse().unwrap();
    let changes: toml::Table = rri.parse().unwrap();
    let section = table["rri"].as_table_mut().unwrap();
    section.extend(changes);
    let section = |name: &str| table[name].clone();
    Settings::new(
        section("limits").try_into().unwrap(),
        section("retention").try_into().unwrap(),
        &section("rri").try_into().unwrap(),
        &section("mosapi").try_into().unwrap(),
        &section("results").try_into().unwrap(),
        &section("errors").try_into().unwrap(),
    )
    .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_sound() {
        let settings = shipped();
        assert_eq!(settings.verdict(Finding::Accepted).code, 1000);
        assert_eq!(settings.rri.full_deposit_weekday, Some(Weekday::Sunday));
        assert!(settings.rri.is_open(Kind::EscrowReport, "example"));
        assert!(settings.rri.is_accredited(146));
    }

    #[test]
    fn interfaces_close_for_one_tld_and_registrars_come_in_ranges() {
        let settings = shipped_with(
            "closed = ['example/registrar-transactions']\naccredited_registrars = ['9', '100-200']",
        );
        let rri = &settings.rri;
        assert!(!rri.is_open(Kind::RegistrarTransactions, "example"));
        assert!(rri.is_open(Kind::RegistrarTransactions, "other"));
        assert!(rri.is_open(Kind::EscrowReport, "example"));
        for (id, accredited) in [
            (9, true),
            (10, false),
            (150, true),
            (9999, true),
            (1, false),
        ] {
            assert_eq!(rri.is_accredited(id), accredited, "{id}");
        }
    }
}
