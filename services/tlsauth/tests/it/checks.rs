//! "Test my certificate" and the check before an entry is saved, with a DNS that is really signed.

use nsp_dane::Certificate;
use nsp_kit::{auth::Person, testbed};
use nsp_proto::{
    auth::v1::Role,
    tlsauth::v1::{
        CheckTlsClientRequest, CheckTlsClientResponse, PreviewTlsClientsRequest, TlsCheck,
        TlsClientRecord, TlsRole, tls_check::Verdict, tls_finding::Severity,
    },
};
use nsp_testbed::dns::{Signing, Zone};
use tempfile::TempDir;
use tonic::{Code, Status};

use crate::{
    harness::{Client, World, add, agent, fields, record, refused},
    names::{self, Names, Table, certificate, real},
};

const MONTHLY: [TlsRole; 1] = [TlsRole::MonthlyReporting];

async fn ask(
    client: &mut Client,
    name: &str,
    certificate: &str,
) -> Result<CheckTlsClientResponse, Status> {
    let request = CheckTlsClientRequest {
        domain_name: name.to_owned(),
        certificate: certificate.to_owned(),
    };
    Ok(client.check_tls_client(request).await?.into_inner())
}

fn codes(check: &TlsCheck) -> Vec<&str> {
    check.findings.iter().map(|it| it.code.as_str()).collect()
}

/// One server with every kind of zone; `old` and `new` are of a roll-over.
fn zones(old: &Certificate, new: &Certificate) -> Vec<Zone> {
    let (old, new) = (names::record(old), names::record(new));
    let with = |zone: Zone| zone.record(format!("rri TLSA {new}"));
    vec![
        Zone::signed("example"),
        with(Zone::signed("rsp.example"))
            .record(format!("both TLSA {old}"))
            .record(format!("both TLSA {new}"))
            .record(format!("wrong TLSA {old}"))
            .record("authority TLSA 2 1 1 00ff")
            .record("alias CNAME rri")
            .record("empty TXT nothing"),
        with(Zone::new("plain.example", Signing::Unsigned)),
        with(Zone::new("old.example", Signing::Expired)),
        with(Zone::new("stripped.example", Signing::Stripped)),
    ]
}

/// What is found with the certificate `new`.
const EXPECTED: [(&str, Verdict, &[&str]); 10] = [
    (
        "rri.rsp.example",
        Verdict::Works,
        &["DNSSEC_SECURE", "TLSA_FOUND", "CERTIFICATE_MATCHES"],
    ),
    (
        "both.rsp.example",
        Verdict::Works,
        &["DNSSEC_SECURE", "TLSA_FOUND", "CERTIFICATE_MATCHES"],
    ),
    (
        "alias.rsp.example",
        Verdict::Works,
        &[
            "ALIAS_FOLLOWED",
            "DNSSEC_SECURE",
            "TLSA_FOUND",
            "CERTIFICATE_MATCHES",
        ],
    ),
    (
        "wrong.rsp.example",
        Verdict::Broken,
        &["DNSSEC_SECURE", "TLSA_FOUND", "CERTIFICATE_DOES_NOT_MATCH"],
    ),
    (
        "authority.rsp.example",
        Verdict::Broken,
        &["DNSSEC_SECURE", "TLSA_UNUSABLE"],
    ),
    ("empty.rsp.example", Verdict::Broken, &["TLSA_NOT_FOUND"]),
    ("nowhere.rsp.example", Verdict::Broken, &["NAME_NOT_FOUND"]),
    (
        "rri.plain.example",
        Verdict::Broken,
        &["DNSSEC_INSECURE", "TLSA_FOUND"],
    ),
    ("rri.old.example", Verdict::Broken, &["DNSSEC_BOGUS"]),
    ("rri.stripped.example", Verdict::Broken, &["DNSSEC_BOGUS"]),
];

#[tokio::test]
async fn a_signed_dns_is_looked_up_and_explained() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    // Its names are those of all hosts of this test.
    let hosts = [
        "rri",
        "both",
        "wrong",
        "authority",
        "alias",
        "empty",
        "nowhere",
    ];
    let mut hosts: Vec<String> = hosts.map(|it| format!("{it}.rsp.example")).into();
    hosts.extend(["plain", "old", "stripped"].map(|it| format!("rri.{it}.example")));
    let made = |hosts: &[String]| {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(hosts).unwrap();
        let made = params.self_signed(&key).unwrap();
        (made.pem(), Certificate::from_der(made.der()).unwrap())
    };
    let ((_, old), (pem, new)) = (made(&hosts), made(&hosts));
    let (mut dns, names) = real(folder.path(), &zones(&old, &new))?;
    let world = World::start_asking(names).await?;
    let jane = world.registry("Jane", &["one"]).await?;
    add(
        &mut world.client(&jane)?,
        &["one"],
        &record("rri.rsp.example", &MONTHLY),
    )
    .await?;
    let mut client = world.client(&jane)?;

    for (name, verdict, expected) in EXPECTED {
        let answer = ask(&mut client, name, &pem).await?;
        let check = answer.check.unwrap();
        let entered = name == "rri.rsp.example";
        let mut expected = expected.to_vec();
        if !entered {
            expected.push("NAME_NOT_REGISTERED");
        }
        assert_eq!(
            (check.verdict(), codes(&check)),
            (verdict, expected),
            "{name}"
        );
        assert_eq!(answer.tls_clients.len(), usize::from(entered), "{name}");
        assert!(check.certificate_expire_time.is_some());
    }
    let check = ask(&mut client, "RRI.rsp.example.", "")
        .await?
        .check
        .unwrap();
    assert_eq!(check.domain_name, "rri.rsp.example");
    assert_eq!(check.tlsa_records, [names::record(&new).to_string()]);
    assert_eq!(check.certificate_expire_time, None);
    let old = ask(&mut client, "rri.old.example", "")
        .await?
        .check
        .unwrap();
    assert!(old.findings[0].message.contains("2024-02-01"), "{old:?}");

    // What is published is seen at once; a server that is down is no verdict.
    let zone = Zone::signed("rsp.example").record("rri TXT gone");
    dns.publish(&[zone])?;
    let gone = ask(&mut client, "rri.rsp.example", &pem)
        .await?
        .check
        .unwrap();
    assert_eq!(codes(&gone), ["TLSA_NOT_FOUND"]);
    dns.stop()?;
    let down = ask(&mut client, "rri.rsp.example", &pem)
        .await?
        .check
        .unwrap();
    assert_eq!(down.verdict(), Verdict::Unknown);
    assert_eq!(codes(&down), ["DNS_UNREACHABLE"]);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_a_question_is_refused_whole() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let key = rcgen::KeyPair::generate()?.serialize_pem();
    let (pem, _) = certificate("rri.example.net", (2027, 6, 1));
    for (name, certificate, expected) in [
        (
            "*.example",
            key.clone(),
            &["certificate", "domain_name"][..],
        ),
        ("rri.example.net", format!("{pem}{key}"), &["certificate"]),
        ("rri.example.net", "A".repeat(20_001), &["certificate"]),
        ("192.0.2.1", String::new(), &["domain_name"]),
        ("", String::new(), &["domain_name"]),
    ] {
        let status = ask(&mut client, name, &certificate).await.unwrap_err();
        assert_eq!(fields(&status), expected, "{name}");
        assert!(
            !format!("{status:?}").contains("BEGIN"),
            "what was refused is not repeated"
        );
    }
    // What is no certificate is a finding: the page has its other findings, too.
    let answer = ask(&mut client, "rri.example.net", "quokka").await?;
    assert_eq!(codes(&answer.check.unwrap())[0], "CERTIFICATE_UNREADABLE");
    Ok(())
}

#[tokio::test]
async fn an_account_sees_only_its_own_entries_and_asks_no_more_than_is_fair() -> anyhow::Result<()>
{
    let table = Table::default();
    let world = World::start_asking(Names::Table(table.clone())).await?;
    let (_, it) = certificate("rri.example.net", (2027, 6, 1));
    table.vouch("rri.example.net", &[&it]);
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let omar = world.registry("Omar", &["three"]).await?;
    let entry = record("rri.example.net", &MONTHLY);
    add(&mut world.client(&jane)?, &["one", "two"], &entry).await?;
    add(&mut world.client(&omar)?, &["three"], &entry).await?;
    let limited = Person {
        tlds: vec!["two".into()],
        ..jane.clone()
    };
    let stranger = world.registry("Mallory", &["four"]).await?;
    let reader = Person {
        roles: vec![Role::ReadOnly],
        ..omar.clone()
    };
    for (person, expected) in [
        (&jane, &["one", "two"][..]),
        (&limited, &["two"]),
        (&omar, &["three"]),
        (&reader, &["three"]),
        (&stranger, &[]),
        (&agent(), &["one", "three", "two"]),
    ] {
        let answer = ask(&mut world.client(person)?, "rri.example.net", "").await?;
        let tlds = answer.tls_clients.iter();
        let tlds: Vec<&str> = tlds.map(|it| it.split('/').nth(1).unwrap()).collect();
        assert_eq!(tlds, expected, "{}", person.display_name);
        let check = answer.check.unwrap();
        assert_eq!(check.verdict(), Verdict::Works, "wherever it is entered");
        let stray = codes(&check).contains(&"NAME_NOT_REGISTERED");
        assert_eq!(stray, expected.is_empty());
    }
    let mut client = world.client(&stranger)?;
    for _ in 0..50 {
        ask(&mut client, "rri.example.net", "").await?;
    }
    // Sixty in a minute, and one more for each second that this takes.
    let mut last = Ok(CheckTlsClientResponse::default());
    for _ in 0..500 {
        if last.is_ok() {
            last = ask(&mut client, "rri.example.net", "").await;
        }
    }
    refused(last, Code::ResourceExhausted, "TOO_MANY_CHECKS");
    ask(&mut world.client(&jane)?, "rri.example.net", "").await?;
    let nobody = testbed::portal_user("Nobody", nsp_kit::id::AccountId::new(), &[]);
    let status = ask(&mut world.client(&nobody)?, "rri.example.net", "").await;
    assert_eq!(status.unwrap_err().code(), Code::PermissionDenied);
    Ok(())
}

#[tokio::test]
async fn a_preview_shows_what_the_dns_says_and_hangs_on_nothing() -> anyhow::Result<()> {
    let table = Table::default();
    let world = World::start_asking(Names::Table(table.clone())).await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let (pem, it) = certificate("a.example.net", (2027, 6, 1));
    table.vouch("a.example.net", &[&it]);
    let wanted = TlsClientRecord {
        domain_names: vec!["a.example.net".into(), "silent.example.net".into()],
        certificates: vec![pem],
        ..record("", &MONTHLY)
    };
    let request = PreviewTlsClientsRequest {
        tlds: vec!["one".into()],
        tls_client: Some(wanted.clone()),
    };
    let preview = client
        .preview_tls_clients(request.clone())
        .await?
        .into_inner();
    let verdicts: Vec<Verdict> = preview.checks.iter().map(TlsCheck::verdict).collect();
    assert_eq!(verdicts, [Verdict::Works, Verdict::Unknown]);
    let good = |check: &TlsCheck| {
        check
            .findings
            .iter()
            .all(|it| it.severity() == Severity::Good)
    };
    assert!(good(&preview.checks[0]), "{:?}", preview.checks[0]);

    table.fall_silent();
    let preview = client.preview_tls_clients(request).await?.into_inner();
    assert_eq!(preview.tls_clients.len(), 1);
    assert_eq!(preview.checks[0].verdict(), Verdict::Unknown);
    assert_eq!(add(&mut client, &["one"], &wanted).await?.len(), 1);
    // What is wrong is said without asking anybody.
    let wrong = PreviewTlsClientsRequest {
        tlds: vec!["elsewhere".into()],
        tls_client: Some(wanted),
    };
    let preview = client.preview_tls_clients(wrong).await?.into_inner();
    assert_eq!((preview.problems.len(), preview.checks.len()), (1, 0));
    Ok(())
}
