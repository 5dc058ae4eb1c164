//! What the DNS says of a name, in words for its owner.

use nsp_dane::{Answer, Doubt, Records, Tlsa, Usages};

use super::{
    Finding,
    Severity::{Good, Problem, Warning},
};
use crate::domain::HostName;

/// How many records are shown, and how much of each.
const MOST_RECORDS: usize = 20;
const LONGEST_RECORD: usize = 200;

/// Whether a record can let anybody in.
pub fn is_usable(record: &Tlsa, usages: Usages) -> bool {
    let fits = match record.matching {
        0 => true,
        1 => record.data.len() == 32,
        2 => record.data.len() == 64,
        _ => false,
    };
    usages.count(record.usage) && record.selector <= 1 && fits
}

pub fn findings(name: &HostName, answer: &Answer, usages: Usages) -> Vec<Finding> {
    match answer {
        Answer::Secure(found) => secure(name, found, usages),
        Answer::Insecure(records) => insecure(records),
        Answer::Bogus(doubt) => vec![Finding::new(Problem, "DNSSEC_BOGUS", bogus(*doubt))],
        Answer::NoName { .. } => vec![Finding::new(
            Problem,
            "NAME_NOT_FOUND",
            format!(
                "{name} does not exist in the DNS. Look for a typing mistake, or publish TLSA records at this name."
            ),
        )],
        Answer::NoRecord { .. } => vec![Finding::new(
            Problem,
            "TLSA_NOT_FOUND",
            format!(
                "{name} has no TLSA record. {PUBLISH} The records are at the name itself, without labels such as _443._tcp."
            ),
        )],
        // The reason in the answer is for operators.
        Answer::Unavailable(_) => vec![Finding::new(
            Warning,
            "DNS_UNREACHABLE",
            "The name servers of the domain name did not answer, so nothing is known. Try again in a minute; if it stays so, look at the name servers.",
        )],
    }
}

const PUBLISH: &str =
    "Publish a record 3 1 1, which is the SHA-256 of the certificate's public key.";

fn secure(name: &HostName, found: &Records, usages: Usages) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(target) = &found.alias_of {
        let words = format!(
            "{name} is an alias (CNAME) of {target}: the TLSA records that count are there."
        );
        findings.push(Finding::new(Good, "ALIAS_FOLLOWED", words));
    }
    findings.push(Finding::new(
        Good,
        "DNSSEC_SECURE",
        "The answer is signed, and the signatures are good from the root zone down.",
    ));
    let all = found.records.len();
    let usable = found
        .records
        .iter()
        .filter(|record| is_usable(record, usages))
        .count();
    match usable {
        0 => {}
        1 => findings.push(Finding::new(Good, "TLSA_FOUND", "There is a TLSA record.")),
        many => {
            let words = format!(
                "There are {many} TLSA records. A certificate that matches any of them is let in, which is right while one replaces another."
            );
            findings.push(Finding::new(Good, "TLSA_FOUND", words));
        }
    }
    if usable < all {
        let (severity, which) = match usable {
            0 => (Problem, "None of the TLSA records counts".to_owned()),
            _ => (
                Warning,
                format!("{} of {all} TLSA records do not count", all - usable),
            ),
        };
        let taken = match usages {
            Usages::DaneEe => "usage 3 (DANE-EE)",
            Usages::PkixEeToo => "usage 3 (DANE-EE) or 1 (PKIX-EE)",
        };
        let words = format!(
            "{which}: only those of {taken} do, with selector 0 or 1 and a whole value of matching type 0, 1 or 2. {PUBLISH}"
        );
        findings.push(Finding::new(severity, "TLSA_UNUSABLE", words));
    }
    findings
}

fn insecure(records: &[Tlsa]) -> Vec<Finding> {
    let mut findings = vec![Finding::new(
        Problem,
        "DNSSEC_INSECURE",
        "The zone is not signed with DNSSEC, or its parent zone has no DS record for it, so nobody can rely on its records. Sign the zone, and have its DS record entered at your registrar.",
    )];
    findings.push(if records.is_empty() {
        let words = format!("There is no TLSA record either. {PUBLISH}");
        Finding::new(Problem, "TLSA_NOT_FOUND", words)
    } else {
        let words = "There are TLSA records, which will count once the zone is signed.";
        Finding::new(Good, "TLSA_FOUND", words)
    });
    findings
}

fn bogus(doubt: Doubt) -> String {
    match doubt {
        Doubt::Expired(at) => format!(
            "The DNSSEC signatures expired on {}: the zone was not signed again in time. Sign it again, and see to it that this happens by itself.",
            at.strftime("%Y-%m-%d")
        ),
        Doubt::NotYetValid(at) => format!(
            "The DNSSEC signatures are good only from {} UTC on. Look at the clock of the machine that signs the zone.",
            at.strftime("%Y-%m-%d %H:%M")
        ),
        Doubt::Invalid => "The DNSSEC signatures are wrong or missing, or do not fit the DS record in the parent zone. Often the zone got new keys and the DS record stayed.".to_owned(),
        Doubt::TooManyAliases => "The name is an alias (CNAME) in a chain that does not end. Make it point to where the TLSA records are.".to_owned(),
    }
}

/// The records in presentation form.
pub fn shown(answer: &Answer) -> Vec<String> {
    let records = match answer {
        Answer::Insecure(records) => records.as_slice(),
        other => other.records(),
    };
    let shown = records.iter().take(MOST_RECORDS).map(|record| {
        let mut text = record.to_string();
        if text.len() > LONGEST_RECORD {
            text.truncate(LONGEST_RECORD);
            text.push('…');
        }
        text
    });
    shown.collect()
}
