//! Certificates for tests.

use nsp_dane::{Certificate, Tlsa};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

/// Self-signed, with these names as alternatives and this common name.
pub fn made(common: Option<&str>, names: &[&str]) -> Certificate {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = DistinguishedName::new();
    if let Some(common) = common {
        params.distinguished_name.push(DnType::CommonName, common);
    }
    let key = KeyPair::generate().unwrap();
    Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap()
}

/// A certificate, and the usual record for it: `3 1 1 …`.
pub fn with_record() -> (Certificate, Tlsa) {
    let certificate = made(None, &["rri.rsp.example"]);
    let record = Tlsa::of(&certificate, 3, 1, 1).unwrap();
    (certificate, record)
}
