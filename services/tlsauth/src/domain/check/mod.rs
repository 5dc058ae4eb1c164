//! What a look at a domain name comes to: from what the DNS says of it and the certificates its client shows (TLS-7).
//!
//! The mTLS edge decides by the same records with the same rules; here it is said in words, for the name's owner.

mod certificates;
mod dns;
mod watch;

pub use watch::{Watch, problems};

use std::collections::HashMap;

use jiff::Timestamp;
use nsp_dane::{Answer, Certificate, NotACertificate, Usages};

use super::{Entry, HostName};

/// What the edge is told, too.
#[derive(Debug, Clone, Copy)]
pub struct CheckRules {
    /// Which TLSA records count.
    pub usages: Usages,
    /// Whether a certificate counts beyond its dates.
    pub allow_expired: bool,
}

/// A certificate that the client shows, or what was given as one.
pub type Shown = Result<Certificate, NotACertificate>;

/// What a look at one domain name found.
#[derive(Debug, Clone)]
pub struct Check {
    pub domain_name: HostName,
    pub check_time: Timestamp,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// In presentation form; the longest are cut.
    pub records: Vec<String>,
    /// When the first of the certificates expires.
    pub certificate_expire_time: Option<Timestamp>,
}

/// What it comes to, the better first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Works,
    Warning,
    Broken,
    /// The name's servers did not answer.
    Unknown,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Good,
    Warning,
    Problem,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// As `nsp.tlsauth.v1.TlsFinding` lists them.
    pub code: &'static str,
    pub message: String,
    /// What tells this finding from others with the same code: which certificate, and how soon it expires.
    pub detail: String,
}

impl Finding {
    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            detail: String::new(),
        }
    }
}

impl Verdict {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Warning => "warning",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Works, Self::Warning, Self::Broken, Self::Unknown]
            .into_iter()
            .find(|verdict| verdict.code() == code)
    }
}

/// Judges what the DNS said of a name. Without certificates, only the name is judged.
pub fn judge(
    domain_name: &HostName,
    answer: &Answer,
    certificates: &[Shown],
    rules: CheckRules,
    now: Timestamp,
) -> Check {
    // In the order in which the edge looks: at the names in the certificate, at what is published, at whether both fit.
    let (names, rest) = certificates::findings(domain_name, answer, certificates, rules, now);
    let mut findings = names;
    findings.extend(dns::findings(domain_name, answer, rules.usages));
    findings.extend(rest);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let verdict = match (answer, worst) {
        (Answer::Unavailable(_), _) => Verdict::Unknown,
        (_, Some(Severity::Problem)) => Verdict::Broken,
        (_, Some(Severity::Warning)) => Verdict::Warning,
        _ => Verdict::Works,
    };
    let read = certificates.iter().flatten();
    Check {
        domain_name: domain_name.clone(),
        check_time: now,
        verdict,
        findings,
        records: dns::shown(answer),
        certificate_expire_time: read.map(Certificate::valid_until).min(),
    }
}

/// Judges every name of an entry that was asked for, with the certificates that belong to it.
pub(crate) fn judge_entry(
    entry: &Entry,
    answers: &HashMap<HostName, Answer>,
    rules: CheckRules,
    now: Timestamp,
) -> Vec<Check> {
    let certificates = entry.certificates.iter();
    let certificates: Vec<Shown> = certificates
        .map(|certificate| Certificate::from_der(&certificate.der()))
        .collect();
    let names = &entry.domain_names;
    let asked = names
        .iter()
        .filter_map(|name| Some((name, answers.get(name)?)));
    asked
        .map(|(name, answer)| {
            let shown = of_name(names, name, &certificates);
            judge(name, answer, &shown, rules, now)
        })
        .collect()
}

/// Which of an entry's certificates belong to one of its names: those that name it, and with its first name also those
/// that name none, of which somebody must be told.
fn of_name(names: &[HostName], name: &HostName, certificates: &[Shown]) -> Vec<Shown> {
    let first = names.first() == Some(name);
    let belongs = |shown: &&Shown| match shown {
        Ok(certificate) => {
            certificates::names(certificate, name)
                || first
                    && !names
                        .iter()
                        .any(|other| certificates::names(certificate, other))
        }
        Err(_) => first,
    };
    certificates.iter().filter(belongs).cloned().collect()
}

#[cfg(test)]
mod tests;
