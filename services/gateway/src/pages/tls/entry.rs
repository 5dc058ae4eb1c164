//! An entry of TLS client authentication data, and what checks of it found, as pages show them.

use nsp_proto::tlsauth::v1::{
    TlsCheck, TlsClientRecord, tls_check::Verdict, tls_client_record::Origin,
};

use crate::{
    pages::tls::words::{self, RoleName},
    time::{Moment, Times},
    urls,
    words::{Label, label},
};

/// One entry.
pub struct Entry {
    /// Its resource name.
    pub name: String,
    pub href: String,
    pub tld: Label,
    pub account: String,
    /// Host names as people read them, and as machines do where that differs.
    pub hosts: Vec<Host>,
    pub roles: Vec<&'static RoleName>,
    pub prefixes: Vec<String>,
    pub open_reason: String,
    pub note: String,
    pub certificates: usize,
    /// The provider that made it; empty if the registry did.
    pub provider: String,
    pub expires: Option<Moment>,
    pub uploaded: bool,
    pub changeable: bool,
    pub checks: Vec<Check>,
    /// The worst of its checks.
    pub verdict: (&'static str, &'static str, &'static str),
    pub creator: String,
    pub created: Option<Moment>,
    pub updated: Option<Moment>,
    pub etag: String,
}

/// A host name in both forms.
pub struct Host {
    pub ascii: String,
    pub shown: String,
}

/// What a look at one domain name found.
pub struct Check {
    pub host: Host,
    pub at: Option<Moment>,
    pub verdict: (&'static str, &'static str, &'static str),
    pub findings: Vec<Finding>,
    pub records: Vec<String>,
    pub certificate_expires: Option<Moment>,
}

/// One thing that was found.
pub struct Finding {
    pub class: &'static str,
    pub icon: &'static str,
    pub words: String,
}

impl Entry {
    pub fn new(record: &TlsClientRecord, times: &Times) -> Self {
        let changed = record
            .update_time
            .as_ref()
            .filter(|at| Some(*at) != record.create_time.as_ref());
        Self {
            href: urls::tls_client(&record.name),
            name: record.name.clone(),
            tld: label(&record.tld),
            account: record.account_display_name.clone(),
            hosts: record.domain_names.iter().map(|name| host(name)).collect(),
            roles: words::roles(record.roles()),
            prefixes: record.prefixes.clone(),
            open_reason: record.open_reason.clone(),
            note: record.note.clone(),
            certificates: record.certificates.len(),
            provider: record.provider_display_name.clone(),
            expires: times.moment(record.expire_time.as_ref()),
            uploaded: record.origin() == Origin::Upload,
            changeable: record.changeable,
            checks: record
                .checks
                .iter()
                .map(|check| Check::new(check, times))
                .collect(),
            verdict: words::verdict(worst(&record.checks)),
            creator: record.creator_display_name.clone(),
            created: times.moment(record.create_time.as_ref()),
            updated: times.moment(changed),
            etag: record.etag.clone(),
        }
    }

    /// `tlsa.rsp.example and 2 more`
    pub fn title(&self) -> String {
        match self.hosts.as_slice() {
            [] => "Entry".to_owned(),
            [one] => one.shown.clone(),
            [one, rest @ ..] => format!("{} and {} more", one.shown, rest.len()),
        }
    }

    /// How it came here.
    pub fn origin(&self) -> &'static str {
        match (self.uploaded, self.provider.is_empty()) {
            (true, _) => "Loaded from a provider’s upload",
            (false, true) => "Entered by the registry",
            (false, false) => "Entered by a provider under a grant",
        }
    }
}

impl Check {
    pub fn new(check: &TlsCheck, times: &Times) -> Self {
        let findings = check.findings.iter().map(|finding| {
            let (class, icon) = words::severity(finding.severity());
            Finding {
                class,
                icon,
                words: finding.message.clone(),
            }
        });
        Self {
            host: host(&check.domain_name),
            at: times.moment(check.check_time.as_ref()),
            verdict: words::verdict(check.verdict()),
            findings: findings.collect(),
            records: check.tlsa_records.clone(),
            certificate_expires: times.moment(check.certificate_expire_time.as_ref()),
        }
    }
}

/// A host name given as A-label name.
pub fn host(ascii: &str) -> Host {
    let (unicode, result) = idna::domain_to_unicode(ascii);
    Host {
        shown: if result.is_ok() {
            unicode
        } else {
            ascii.to_owned()
        },
        ascii: ascii.to_owned(),
    }
}

/// An entry works if one of its names does not: a client that shows that one is refused.
fn worst(checks: &[TlsCheck]) -> Verdict {
    let order = [
        Verdict::Broken,
        Verdict::Warning,
        Verdict::Unknown,
        Verdict::Works,
    ];
    let found = |verdict: &Verdict| checks.iter().any(|check| check.verdict() == *verdict);
    order.into_iter().find(found).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_counts() {
        let check = |verdict: Verdict| TlsCheck {
            verdict: verdict.into(),
            ..Default::default()
        };
        let checks = [check(Verdict::Works), check(Verdict::Warning)];
        assert_eq!(worst(&checks), Verdict::Warning);
        assert_eq!(worst(&checks[..1]), Verdict::Works);
        assert_eq!(worst(&[]), Verdict::Unspecified);
    }

    #[test]
    fn an_entry_is_called_by_its_host_names() {
        let times = Times::new("UTC", jiff::Timestamp::UNIX_EPOCH);
        let entry = |names: &[&str]| {
            let record = TlsClientRecord {
                domain_names: names.iter().map(|name| (*name).to_owned()).collect(),
                ..Default::default()
            };
            Entry::new(&record, &times).title()
        };
        assert_eq!(entry(&["xn--bcher-kva.example"]), "bücher.example");
        assert_eq!(
            entry(&["a.example", "b.example", "c.example"]),
            "a.example and 2 more"
        );
    }
}
