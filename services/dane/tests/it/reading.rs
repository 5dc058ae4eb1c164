//! What is read from certificates, and which records mean them.

use nsp_dane::{Certificate, HostName, NotACertificate, Tlsa, Usages};
use proptest::prelude::*;

use crate::certificates::{made, with_record};

/// Like the ones that registries use today: X.509 version 1, self-signed, the host name in the common name only. Made with
/// `openssl req -new` and `openssl x509 -req -signkey`, without extensions.
const VERSION_1: &str = include_str!("version_1.pem");

fn names(certificate: &Certificate) -> Vec<&str> {
    certificate.names().iter().map(HostName::as_str).collect()
}

#[test]
fn a_version_1_certificate_with_nothing_but_a_common_name_will_do() {
    let certificate = Certificate::from_pem(VERSION_1).unwrap();
    assert_eq!(names(&certificate), ["icann-tls.registry.example"]);
    assert_eq!(certificate.valid_from().to_string(), "2026-11-24T04:21:02Z");
    assert_eq!(
        certificate.valid_until().to_string(),
        "2036-11-21T04:21:02Z"
    );
    // As openssl and sha256sum see it.
    let spki = "fa3b9fdf00938324484c35f117d5f0cc492db5e030105bfeeb537cd6896c8d87";
    let record = Tlsa::of(&certificate, 3, 1, 1).unwrap();
    assert_eq!(record.to_string(), format!("3 1 1 {spki}"));
    let whole = "fb2750c13622f7666352b05392d3e515ef249b3e9df8a139eca68b91995b4410d1abda79ab0fbda6b9b4ddfecc2ce1b46f02683b491a08e2ed5d1abaa217b0df";
    let record = Tlsa::of(&certificate, 3, 0, 2).unwrap();
    assert_eq!(record.to_string(), format!("3 0 2 {whole}"));
}

#[test]
fn alternatives_come_first_then_the_common_name_each_once() {
    let alternatives = [
        "b.example.com",
        "*.example.com",
        "A.example.com",
        "b.example.com",
    ];
    let certificate = made(Some("c.example.com"), &alternatives);
    assert_eq!(
        names(&certificate),
        ["b.example.com", "a.example.com", "c.example.com"]
    );
    let same = made(Some("B.EXAMPLE.com"), &["b.example.com"]);
    assert_eq!(names(&same), ["b.example.com"]);
    let person = made(Some("Jane Doe"), &[]);
    assert!(names(&person).is_empty());
    let address = made(Some("192.0.2.1"), &["192.0.2.1"]);
    assert!(names(&address).is_empty());
    let many: Vec<String> = (0..100)
        .map(|number| format!("n{number}.example"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(made(None, &many).names().len(), 32);
}

#[test]
fn every_selector_and_matching_type_means_its_certificate_and_no_other() {
    let (certificate, _) = with_record();
    let (other, _) = with_record();
    for (selector, matching) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        let record = Tlsa::of(&certificate, 3, selector, matching).unwrap();
        assert!(record.matches(&certificate), "{record}");
        assert!(!record.matches(&other), "{record}");
        assert_eq!(record.to_string().parse(), Ok(record.clone()));
        let mut cut = record.clone();
        cut.data.pop();
        assert!(!cut.matches(&certificate));
        let contained = record.certificate();
        assert_eq!(contained.is_some(), (selector, matching) == (0, 0));
    }
    assert_eq!(Tlsa::of(&certificate, 3, 2, 1), None);
    assert_eq!(Tlsa::of(&certificate, 3, 1, 3), None);
}

#[test]
fn only_usages_that_count_count() {
    let (certificate, _) = with_record();
    for (usage, dane_ee, pkix_too) in [
        (0, false, false),
        (1, false, true),
        (2, false, false),
        (3, true, true),
        (255, false, false),
    ] {
        let records = [Tlsa::of(&certificate, usage, 1, 1).unwrap()];
        let matched = |usages| certificate.matches(&records, usages).is_some();
        assert_eq!(matched(Usages::DaneEe), dane_ee, "{usage}");
        assert_eq!(matched(Usages::PkixEeToo), pkix_too, "{usage}");
    }
}

#[test]
fn records_are_read_as_in_a_zone_file() {
    let record: Tlsa = "3 1 1 00FF 0a".parse().unwrap();
    assert_eq!(record.data, [0, 255, 10]);
    for text in [
        "",
        "3 1 1",
        "3 1 1 0",
        "3 1 1 0g",
        "3 1 1 +1",
        "3 1 300 00",
        "a 1 1 00",
        "3 1 1 é1",
    ] {
        assert!(text.parse::<Tlsa>().is_err(), "{text}");
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    let (certificate, _) = with_record();
    let malformed = Err(NotACertificate::Malformed);
    assert_eq!(Certificate::from_der(b""), malformed);
    assert_eq!(
        Certificate::from_der(&[certificate.der(), b"x"].concat()),
        malformed
    );
    assert_eq!(
        Certificate::from_der(vec![0; 40_000].as_slice()),
        Err(NotACertificate::TooLong)
    );
    assert_eq!(Certificate::from_pem("hello"), malformed);
    let key = VERSION_1.replace("CERTIFICATE", "PUBLIC KEY");
    assert_eq!(Certificate::from_pem(&key), malformed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_record_text_is_too_strange(text in any::<String>()) {
        if let Ok(record) = text.parse::<Tlsa>() {
            prop_assert_eq!(record.to_string().parse(), Ok(record));
        }
    }
}
