//! Checks as messages, in answers and as they are stored.

use nsp_kit::clock::to_proto;
use nsp_proto::tlsauth::v1 as pb;

use crate::domain::check::{Check, Severity, Verdict};

pub fn check_message(check: &Check) -> pb::TlsCheck {
    let findings = check.findings.iter().map(|finding| pb::TlsFinding {
        severity: match finding.severity {
            Severity::Good => pb::tls_finding::Severity::Good,
            Severity::Warning => pb::tls_finding::Severity::Warning,
            Severity::Problem => pb::tls_finding::Severity::Problem,
        }
        .into(),
        code: finding.code.to_owned(),
        message: finding.message.clone(),
    });
    pb::TlsCheck {
        domain_name: check.domain_name.to_string(),
        check_time: Some(to_proto(check.check_time)),
        verdict: match check.verdict {
            Verdict::Works => pb::tls_check::Verdict::Works,
            Verdict::Warning => pb::tls_check::Verdict::Warning,
            Verdict::Broken => pb::tls_check::Verdict::Broken,
            Verdict::Unknown => pb::tls_check::Verdict::Unknown,
        }
        .into(),
        findings: findings.collect(),
        tlsa_records: check.records.clone(),
        certificate_expire_time: check.certificate_expire_time.map(to_proto),
    }
}
