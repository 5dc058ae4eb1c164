//! What is to be said of the certificates that a client shows.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use nsp_dane::{Answer, Certificate};

use super::{
    CheckRules, Finding, Severity,
    Severity::{Good, Problem, Warning},
    Shown,
    dns::is_usable,
};
use crate::domain::HostName;

/// When people are told that a certificate expires: this many days before, each once.
const STAGES: [i64; 3] = [1, 7, 30];

/// Whether the certificate names the host, as the edge sees it.
pub fn names(certificate: &Certificate, host: &HostName) -> bool {
    let mut names = certificate.names().iter();
    names.any(|name| name.as_str() == host.as_ref())
}

/// About the names in them, and about everything else.
pub fn findings(
    host: &HostName,
    answer: &Answer,
    certificates: &[Shown],
    rules: CheckRules,
    now: Timestamp,
) -> (Vec<Finding>, Vec<Finding>) {
    let several = certificates.len() > 1;
    let (mut about_names, mut rest) = (Vec::new(), Vec::new());
    let mut one_fits = false;
    for shown in certificates {
        let (of_names, of_it) = match shown {
            Err(error) => (vec![unreadable(&error.to_string())], Vec::new()),
            Ok(certificate) => {
                let called = called(certificate, several);
                let mut of_it = matching(&called, certificate, answer, rules);
                of_it.extend(dates(&called, certificate, rules, now));
                (naming(&called, certificate, host), of_it)
            }
        };
        let is_bad = |finding: &Finding| finding.severity == Problem;
        one_fits |= !of_names.iter().chain(&of_it).any(is_bad);
        about_names.extend(of_names);
        rest.extend(of_it);
    }
    if one_fits {
        // The client is let in; that another certificate would not do is worth a thought.
        for finding in about_names.iter_mut().chain(&mut rest) {
            finding.severity = finding.severity.min(Warning);
        }
    }
    (about_names, rest)
}

/// Which one is meant, where there are several.
fn called(certificate: &Certificate, several: bool) -> String {
    if several {
        let until = certificate.valid_until().strftime("%Y-%m-%d");
        format!("The certificate that is valid until {until}")
    } else {
        "The certificate".to_owned()
    }
}

fn unreadable(why: &str) -> Finding {
    let words = format!(
        "The certificate cannot be read: {why}. It should be one certificate in PEM, beginning with -----BEGIN CERTIFICATE-----."
    );
    Finding::new(Problem, "CERTIFICATE_UNREADABLE", words)
}

fn naming(called: &str, certificate: &Certificate, host: &HostName) -> Vec<Finding> {
    if names(certificate, host) {
        return Vec::new();
    }
    let there: Vec<&str> = certificate
        .names()
        .iter()
        .take(5)
        .map(nsp_dane::HostName::as_str)
        .collect();
    let there = if there.is_empty() {
        "It names no host".to_owned()
    } else {
        format!("It names {}", there.join(", "))
    };
    let words = format!(
        "{called} does not name {host}. {there}. The domain name must be among its subject alternative names (DNS), or be its common name."
    );
    vec![about(
        certificate,
        Problem,
        "CERTIFICATE_WITHOUT_NAME",
        words,
    )]
}

fn matching(
    called: &str,
    certificate: &Certificate,
    answer: &Answer,
    rules: CheckRules,
) -> Vec<Finding> {
    let Answer::Secure(found) = answer else {
        return Vec::new();
    };
    if let Some(record) = certificate.matches(&found.records, rules.usages) {
        let (usage, selector, kind) = (record.usage, record.selector, record.matching);
        let words = format!("{called} matches a TLSA record ({usage} {selector} {kind}).");
        return vec![Finding::new(Good, "CERTIFICATE_MATCHES", words)];
    }
    let usable = |record| is_usable(record, rules.usages);
    if !found.records.iter().any(usable) {
        return Vec::new();
    }
    let words = format!(
        "{called} matches none of the TLSA records. Publish a record for it, wait until the old ones' time to live is over, and then let the client use it."
    );
    vec![about(
        certificate,
        Problem,
        "CERTIFICATE_DOES_NOT_MATCH",
        words,
    )]
}

fn dates(
    called: &str,
    certificate: &Certificate,
    rules: CheckRules,
    now: Timestamp,
) -> Option<Finding> {
    let out_of_time = if rules.allow_expired {
        Warning
    } else {
        Problem
    };
    let (from, until) = (certificate.valid_from(), certificate.valid_until());
    let day = |at: Timestamp| at.strftime("%Y-%m-%d");
    if until < now {
        let words = format!(
            "{called} expired on {}. Replace it, and publish the TLSA record of the new one first.",
            day(until)
        );
        return Some(about(
            certificate,
            out_of_time,
            "CERTIFICATE_EXPIRED",
            words,
        ));
    }
    if now < from {
        let words = format!("{called} is valid only from {} on.", day(from));
        return Some(about(
            certificate,
            out_of_time,
            "CERTIFICATE_NOT_YET_VALID",
            words,
        ));
    }
    let left = until.duration_since(now);
    let stage = STAGES
        .into_iter()
        .find(|days| left <= SignedDuration::from_hours(24 * days))?;
    let words = format!(
        "{called} expires on {}. Publish the TLSA record of its successor beside the old one in time.",
        day(until)
    );
    let mut finding = about(certificate, Warning, "CERTIFICATE_EXPIRES_SOON", words);
    finding.detail = format!("{stage}:{}", finding.detail);
    Some(finding)
}

fn about(
    certificate: &Certificate,
    severity: Severity,
    code: &'static str,
    words: String,
) -> Finding {
    let fingerprint = digest(&SHA256, certificate.der());
    let detail = HEXLOWER.encode(&fingerprint.as_ref()[..8]);
    Finding {
        detail,
        ..Finding::new(severity, code, words)
    }
}
