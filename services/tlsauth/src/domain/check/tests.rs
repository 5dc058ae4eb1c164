//! Every answer of the DNS with every kind of certificate.

use jiff::{SignedDuration, Timestamp};
use nsp_dane::{Answer, Certificate, Doubt, Records, Tlsa, Usages};

use super::{Check, CheckRules, Shown, Verdict, Watch, judge, of_name};
use crate::domain::HostName;

const HOST: &str = "rri.example.net";
const RULES: CheckRules = CheckRules {
    usages: Usages::DaneEe,
    allow_expired: true,
};
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn host(name: &str) -> HostName {
    name.parse().unwrap()
}

/// A certificate for these names that is valid from one moment to another.
fn certificate(names: &[&str], from: Timestamp, until: Timestamp) -> Certificate {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let at = |at: Timestamp| epoch + std::time::Duration::from_secs(at.as_second().cast_unsigned());
    (params.not_before, params.not_after) = (at(from), at(until));
    let key = rcgen::KeyPair::generate().unwrap();
    Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap()
}

fn good() -> Certificate {
    certificate(&[HOST], now() - DAY, now() + DAY * 300)
}

fn record(certificate: &Certificate) -> Tlsa {
    Tlsa::of(certificate, 3, 1, 1).unwrap()
}

fn secure(records: &[Tlsa]) -> Answer {
    Answer::Secure(Records {
        records: records.to_vec(),
        ttl: 300,
        alias_of: None,
    })
}

fn check(answer: &Answer, certificates: &[&Certificate]) -> Check {
    check_with(RULES, answer, certificates)
}

fn check_with(rules: CheckRules, answer: &Answer, certificates: &[&Certificate]) -> Check {
    let shown: Vec<Shown> = certificates.iter().map(|&it| Ok(it.clone())).collect();
    judge(&host(HOST), answer, &shown, rules, now())
}

fn codes(check: &Check) -> Vec<&'static str> {
    check.findings.iter().map(|it| it.code).collect()
}

#[track_caller]
fn found(check: &Check, verdict: Verdict, expected: &[&str]) {
    assert_eq!(
        (check.verdict, codes(check).as_slice()),
        (verdict, expected)
    );
    assert!(check.findings.iter().all(|it| it.message.ends_with('.')));
}

#[test]
fn what_the_dns_says_alone() {
    use Verdict::{Broken, Unknown, Warning, Works};
    let usable = record(&good());
    let unusable: Tlsa = "2 1 1 00ff".parse().unwrap();
    let alias = Answer::Secure(Records {
        records: vec![usable.clone()],
        ttl: 300,
        alias_of: Some("tlsa.example.org".to_owned()),
    });
    let bogus = |doubt| Answer::Bogus(doubt);
    for (answer, verdict, expected) in [
        (
            secure(std::slice::from_ref(&usable)),
            Works,
            &["DNSSEC_SECURE", "TLSA_FOUND"][..],
        ),
        (
            secure(&[usable.clone(), record(&good())]),
            Works,
            &["DNSSEC_SECURE", "TLSA_FOUND"],
        ),
        (
            alias,
            Works,
            &["ALIAS_FOLLOWED", "DNSSEC_SECURE", "TLSA_FOUND"],
        ),
        (
            secure(&[usable.clone(), unusable.clone()]),
            Warning,
            &["DNSSEC_SECURE", "TLSA_FOUND", "TLSA_UNUSABLE"],
        ),
        (
            secure(&[unusable]),
            Broken,
            &["DNSSEC_SECURE", "TLSA_UNUSABLE"],
        ),
        (
            Answer::Insecure(vec![usable]),
            Broken,
            &["DNSSEC_INSECURE", "TLSA_FOUND"],
        ),
        (
            Answer::Insecure(vec![]),
            Broken,
            &["DNSSEC_INSECURE", "TLSA_NOT_FOUND"],
        ),
        (
            bogus(Doubt::Expired(now() - DAY)),
            Broken,
            &["DNSSEC_BOGUS"],
        ),
        (
            bogus(Doubt::NotYetValid(now() + DAY)),
            Broken,
            &["DNSSEC_BOGUS"],
        ),
        (bogus(Doubt::Invalid), Broken, &["DNSSEC_BOGUS"]),
        (bogus(Doubt::TooManyAliases), Broken, &["DNSSEC_BOGUS"]),
        (Answer::NoName { ttl: 1 }, Broken, &["NAME_NOT_FOUND"]),
        (Answer::NoRecord { ttl: 1 }, Broken, &["TLSA_NOT_FOUND"]),
        (
            Answer::Unavailable("no".into()),
            Unknown,
            &["DNS_UNREACHABLE"],
        ),
    ] {
        found(&check(&answer, &[]), verdict, expected);
    }
}

#[test]
fn usages_selectors_and_lengths_decide_what_counts() {
    let full = "0".repeat(64);
    let counts = |text: &str, usages| {
        let rules = CheckRules { usages, ..RULES };
        let answer = secure(&[text.parse().unwrap()]);
        check_with(rules, &answer, &[]).verdict == Verdict::Works
    };
    assert!(counts(&format!("3 0 1 {full}"), Usages::DaneEe));
    assert!(counts(&format!("3 1 2 {full}{full}"), Usages::DaneEe));
    assert!(!counts(&format!("1 1 1 {full}"), Usages::DaneEe));
    assert!(counts(&format!("1 1 1 {full}"), Usages::PkixEeToo));
    for wrong in ["0 1 1", "2 1 1", "3 2 1", "3 1 3", "3 1 2"] {
        assert!(
            !counts(&format!("{wrong} {full}"), Usages::PkixEeToo),
            "{wrong}"
        );
    }
    assert!(!counts("3 1 1 00ff", Usages::DaneEe));
}

#[test]
fn a_certificate_is_compared_named_and_dated() {
    let (mine, other) = (good(), good());
    let dns = ["DNSSEC_SECURE", "TLSA_FOUND"];
    let with = |code: &'static str| [&dns[..], &[code]].concat();
    let pair = secure(&[record(&other), record(&mine)]);
    found(
        &check(&pair, &[&mine]),
        Verdict::Works,
        &with("CERTIFICATE_MATCHES"),
    );
    let one = secure(&[record(&other)]);
    found(
        &check(&one, &[&mine]),
        Verdict::Broken,
        &with("CERTIFICATE_DOES_NOT_MATCH"),
    );

    let stranger = certificate(&["other.example.net"], now() - DAY, now() + DAY * 300);
    let answer = secure(&[record(&stranger)]);
    let expected = [
        "CERTIFICATE_WITHOUT_NAME",
        "DNSSEC_SECURE",
        "TLSA_FOUND",
        "CERTIFICATE_MATCHES",
    ];
    found(&check(&answer, &[&stranger]), Verdict::Broken, &expected);

    let strict = CheckRules {
        allow_expired: false,
        ..RULES
    };
    for (from, until, code, lenient, strictly) in [
        (
            -9,
            -1,
            "CERTIFICATE_EXPIRED",
            Verdict::Warning,
            Verdict::Broken,
        ),
        (
            1,
            99,
            "CERTIFICATE_NOT_YET_VALID",
            Verdict::Warning,
            Verdict::Broken,
        ),
        (
            -9,
            30,
            "CERTIFICATE_EXPIRES_SOON",
            Verdict::Warning,
            Verdict::Warning,
        ),
    ] {
        let dated = certificate(&[HOST], now() + DAY * from, now() + DAY * until);
        let answer = secure(&[record(&dated)]);
        let expected = [&with("CERTIFICATE_MATCHES")[..], &[code]].concat();
        found(&check(&answer, &[&dated]), lenient, &expected);
        found(&check_with(strict, &answer, &[&dated]), strictly, &expected);
    }
    let later = certificate(&[HOST], now() - DAY, now() + DAY * 31);
    let answer = secure(&[record(&later)]);
    found(
        &check(&answer, &[&later]),
        Verdict::Works,
        &with("CERTIFICATE_MATCHES"),
    );
}

#[test]
fn what_is_no_certificate_is_said() {
    let shown = [Certificate::from_pem("quokka")];
    let answer = secure(&[record(&good())]);
    let check = judge(&host(HOST), &answer, &shown, RULES, now());
    let expected = ["CERTIFICATE_UNREADABLE", "DNSSEC_SECURE", "TLSA_FOUND"];
    found(&check, Verdict::Broken, &expected);
}

#[test]
fn of_several_certificates_one_is_enough() {
    let (old, new) = (good(), good());
    let only_old = secure(&[record(&old)]);
    assert_eq!(check(&only_old, &[&old, &new]).verdict, Verdict::Warning);
    let both = secure(&[record(&old), record(&new)]);
    assert_eq!(check(&both, &[&old, &new]).verdict, Verdict::Works);
    let neither = secure(&[record(&good())]);
    assert_eq!(check(&neither, &[&old, &new]).verdict, Verdict::Broken);
}

#[test]
fn a_certificate_is_looked_at_where_it_belongs() {
    let names = [host("a.example.net"), host("b.example.net")];
    let until = now() + DAY * 300;
    let of_b = certificate(&["b.example.net"], now(), until);
    let of_nobody = certificate(&["c.example.net"], now(), until);
    let shown = [Ok(of_b.clone()), Ok(of_nobody.clone())];
    assert_eq!(of_name(&names, &names[0], &shown), [Ok(of_nobody)]);
    assert_eq!(of_name(&names, &names[1], &shown), [Ok(of_b)]);
}

/// What follows from a row of checks: `f` somebody is told, `r` it is said to work again, `-` nothing.
fn follow(checks: &[&Check]) -> String {
    let mut watch: Option<Watch> = None;
    let mut said = String::new();
    for check in checks {
        let follow = Watch::follow(watch.as_ref(), check);
        said.push(match &follow {
            Some(it) if it.failed => 'f',
            Some(it) if it.recovered => 'r',
            _ => '-',
        });
        watch = follow.map(|it| it.watch).or(watch);
    }
    said
}

#[test]
fn people_are_told_once_of_each_problem_and_stage() {
    let works = check(&secure(&[record(&good())]), &[]);
    let broken = check(&Answer::NoName { ttl: 1 }, &[]);
    let unknown = check(&Answer::Unavailable("no".into()), &[]);
    assert_eq!(follow(&[&broken, &broken]), "--", "it never worked");
    assert_eq!(
        follow(&[&works, &broken, &broken, &works, &broken]),
        "-f-rf"
    );
    assert_eq!(follow(&[&works, &unknown, &unknown, &works]), "----");
    assert_eq!(follow(&[&works, &unknown, &broken]), "--f");
    assert_eq!(follow(&[&works, &broken, &unknown, &broken]), "-f--");

    let dated = |days: i32| {
        let it = certificate(&[HOST], now() - DAY, now() + DAY * days);
        (secure(&[record(&it)]), it)
    };
    let (answer, it) = dated(40);
    let after = |days: i32| {
        let shown = [Ok(it.clone())];
        judge(&host(HOST), &answer, &shown, RULES, now() + DAY * days)
    };
    let days: Vec<Check> = (0..40).map(after).collect();
    let told = follow(&days.iter().collect::<Vec<_>>());
    let places: Vec<usize> = told.match_indices('f').map(|(day, _)| day).collect();
    assert_eq!(places, [10, 33, 39], "30, 7 and 1 days before: {told}");
    let (answer, it) = dated(20);
    assert_eq!(
        follow(&[&check(&answer, &[&it])]),
        "f",
        "also at the first look"
    );
}
