//! Whom the service asks about TLSA records: nobody, a table that tests change, or a signed DNS of the test's own.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};

use nsp_dane::{Answer, Certificate, HostName, Lookup, Records, Resolver, Settings, Tlsa};
use nsp_testbed::dns::{Dns, Zone};

#[derive(Clone)]
pub enum Names {
    Table(Table),
    Real(Resolver),
}

/// What the DNS says. It does not answer about other names.
#[derive(Clone, Default)]
pub struct Table(Arc<Mutex<HashMap<HostName, Answer>>>);

impl Table {
    pub fn say(&self, name: &str, answer: Answer) {
        let mut answers = self.0.lock().unwrap();
        answers.insert(name.parse().unwrap(), answer);
    }

    /// The name has good records of these certificates.
    pub fn vouch(&self, name: &str, certificates: &[&Certificate]) {
        let records = certificates.iter().map(|it| record(it)).collect();
        let answer = Records {
            records,
            ttl: 300,
            alias_of: None,
        };
        self.say(name, Answer::Secure(answer));
    }

    /// Nobody answers any more.
    pub fn fall_silent(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Lookup for Names {
    async fn tlsa(&self, name: &HostName) -> Answer {
        match self {
            Self::Real(resolver) => resolver.tlsa(name).await,
            Self::Table(table) => {
                let answer = table.0.lock().unwrap().get(name).cloned();
                answer.unwrap_or_else(|| Answer::Unavailable("silence".to_owned()))
            }
        }
    }
}

/// The record `3 1 1` of a certificate.
pub fn record(certificate: &Certificate) -> Tlsa {
    Tlsa::of(certificate, 3, 1, 1).unwrap()
}

/// A DNS that serves `zones`, and a resolver that believes it.
pub fn real(folder: &Path, zones: &[Zone]) -> anyhow::Result<(Dns, Names)> {
    let dns = Dns::start(folder, zones)?;
    let resolver = Resolver::new(&Settings {
        resolvers: vec![dns.address()],
        trust_anchor: Some(dns.trust_anchor()),
        timeout_ms: 3_000,
        ..Settings::default()
    })?;
    Ok((dns, Names::Real(resolver)))
}

/// A certificate for `name`, as PEM and as it is read, that is valid until that day.
pub fn certificate(name: &str, until: (i32, u8, u8)) -> (String, Certificate) {
    let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
    let key = rcgen::KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    (made.pem(), Certificate::from_der(made.der()).unwrap())
}
