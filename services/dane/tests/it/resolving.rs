//! What the resolver makes of zones that are signed well, badly, or not at all.

use nsp_dane::{Answer, Doubt, Lookup as _, Resolver, Settings, Tlsa, Usages};
use nsp_testbed::dns::{Dns, Signing, Zone};
use tempfile::TempDir;

use crate::certificates::with_record;

/// A DNS and a resolver that asks it.
pub struct World {
    pub dns: Dns,
    pub resolver: Resolver,
    _folder: TempDir,
}

impl World {
    pub fn new(zones: &[Zone]) -> Self {
        let folder = TempDir::new().unwrap();
        let dns = Dns::start(folder.path(), zones).unwrap();
        Self {
            resolver: Resolver::new(&settings(&dns)).unwrap(),
            dns,
            _folder: folder,
        }
    }

    pub async fn ask(&self, name: &str) -> Answer {
        self.resolver.tlsa(&name.parse().unwrap()).await
    }
}

pub fn settings(dns: &Dns) -> Settings {
    Settings {
        resolvers: vec![dns.address()],
        trust_anchor: Some(dns.trust_anchor()),
        timeout_ms: 3_000,
        ..Settings::default()
    }
}

/// One server with every kind of zone.
fn zones(tlsa: &Tlsa) -> Vec<Zone> {
    let good = |zone: Zone| {
        zone.record(format!("rri 120 TLSA {tlsa}"))
            .record("empty TXT nothing")
            .record("*.wild TLSA 3 1 1 00ff")
            .record("exact.wild TXT exact")
    };
    vec![
        Zone::signed("example"),
        good(Zone::signed("rsp.example"))
            .record("alias 30 CNAME rri")
            .record("far CNAME rri.other.")
            .record("unsigned CNAME rri.plain.example.")
            .record("dangling CNAME nowhere")
            .record("useless CNAME empty")
            .records((0..10).map(|step| format!("chain{step} CNAME chain{}", step + 1))),
        good(Zone::new("other", Signing::Nsec3OptOut)),
        good(Zone::new("plain.example", Signing::Unsigned)).record("alias CNAME rri.rsp.example."),
        good(Zone::new("plain.other", Signing::Unsigned)),
        good(Zone::new("below.plain.example", Signing::Nsec)),
        good(Zone::new("old.example", Signing::Expired)),
        good(Zone::new("stripped.example", Signing::Stripped)),
    ]
}

#[tokio::test]
async fn every_kind_of_zone_has_its_answer() {
    let (certificate, tlsa) = with_record();
    let world = World::new(&zones(&tlsa));
    let mut wrong = Vec::new();
    for (name, expected) in [
        ("rri.rsp.example", "secure"),
        ("rri.other", "secure"),
        ("a.wild.other", "secure"),
        ("alias.rsp.example", "secure"),
        ("far.rsp.example", "secure"),
        ("empty.rsp.example", "no_record"),
        ("empty.other", "no_record"),
        ("useless.rsp.example", "no_record"),
        ("exact.wild.rsp.example", "no_record"),
        ("nowhere.rsp.example", "no_name"),
        ("nowhere.other", "no_name"),
        ("dangling.rsp.example", "no_name"),
        ("nowhere.at.all", "no_name"),
        ("rri.plain.example", "insecure"),
        ("rri.plain.other", "insecure"),
        ("nowhere.plain.example", "insecure"),
        ("empty.plain.example", "insecure"),
        ("empty.plain.other", "insecure"),
        ("unsigned.rsp.example", "insecure"),
        ("alias.plain.example", "insecure"),
        ("rri.below.plain.example", "insecure"),
        ("rri.old.example", "bogus"),
        ("nowhere.old.example", "bogus"),
        ("empty.old.example", "bogus"),
        ("rri.stripped.example", "bogus"),
        ("nowhere.stripped.example", "bogus"),
        ("chain0.rsp.example", "bogus"),
    ] {
        let answer = world.ask(name).await;
        if answer.as_str() != expected {
            wrong.push(format!("{name}: {expected} expected, {answer:?}"));
        }
        assert!(
            answer.records().is_empty() || expected == "secure",
            "{name}"
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    let Answer::Secure(found) = world.ask("rri.rsp.example").await else {
        panic!("no longer secure");
    };
    assert_eq!((found.records, found.ttl), (vec![tlsa.clone()], 120));
    assert_eq!(found.alias_of, None);
    let Answer::Secure(found) = world.ask("alias.rsp.example").await else {
        panic!("no longer secure");
    };
    assert_eq!(found.ttl, 30, "the alias ends first");
    assert_eq!(found.alias_of.as_deref(), Some("rri.rsp.example"));
    assert!(
        certificate
            .matches(&found.records, Usages::DaneEe)
            .is_some()
    );
    let Answer::Insecure(records) = world.ask("rri.plain.example").await else {
        panic!("no longer insecure");
    };
    assert_eq!(records, [tlsa], "to be shown to the owner");
}

#[tokio::test]
async fn doubts_have_reasons() {
    let (_, tlsa) = with_record();
    let world = World::new(&zones(&tlsa));
    let expired = "2024-02-01T00:00:00Z".parse().unwrap();
    for name in ["rri.old.example", "nowhere.old.example"] {
        assert_eq!(
            world.ask(name).await,
            Answer::Bogus(Doubt::Expired(expired))
        );
    }
    assert_eq!(
        world.ask("rri.stripped.example").await,
        Answer::Bogus(Doubt::Invalid)
    );
    assert_eq!(
        world.ask("chain0.rsp.example").await,
        Answer::Bogus(Doubt::TooManyAliases)
    );
}

#[tokio::test]
async fn another_trust_anchor_makes_everything_bogus() {
    let (_, tlsa) = with_record();
    let world = World::new(&zones(&tlsa));
    let other = World::new(&[]);
    let stranger = Resolver::new(&Settings {
        trust_anchor: Some(other.dns.trust_anchor()),
        ..settings(&world.dns)
    })
    .unwrap();
    let name = "rri.rsp.example".parse().unwrap();
    assert_eq!(stranger.tlsa(&name).await, Answer::Bogus(Doubt::Invalid));
}

#[tokio::test]
async fn a_roll_over_admits_both_and_a_wrong_hash_nobody() {
    let (old, old_record) = with_record();
    let (new, new_record) = with_record();
    let world = World::new(&[Zone::signed("roll.example")
        .record(format!("rri TLSA {old_record}"))
        .record(format!("rri TLSA {new_record}"))
        .record(format!("one TLSA {old_record}"))
        .record("pkix TLSA 1 1 1 00")]);
    let both = world.ask("rri.roll.example").await;
    for certificate in [&old, &new] {
        assert!(
            certificate
                .matches(both.records(), Usages::DaneEe)
                .is_some()
        );
    }
    let one = world.ask("one.roll.example").await;
    assert!(old.matches(one.records(), Usages::DaneEe).is_some());
    assert_eq!(new.matches(one.records(), Usages::DaneEe), None);
}

#[tokio::test]
async fn a_server_that_is_down_is_not_a_verdict() {
    let (_, tlsa) = with_record();
    let mut world = World::new(&zones(&tlsa));
    world.dns.stop().unwrap();
    assert_eq!(world.ask("rri.rsp.example").await.as_str(), "unavailable");
    world.dns.restart().unwrap();
    assert_eq!(world.ask("rri.rsp.example").await.as_str(), "secure");

    world.dns.pause();
    assert_eq!(world.ask("rri.rsp.example").await.as_str(), "unavailable");
    world.dns.resume();
    assert_eq!(world.ask("rri.rsp.example").await.as_str(), "secure");
}

#[tokio::test]
async fn what_is_published_is_seen() {
    let (_, tlsa) = with_record();
    let mut world = World::new(&[Zone::new("rsp.example", Signing::Unsigned)]);
    assert_eq!(world.ask("rri.rsp.example").await.as_str(), "insecure");
    let record = format!("rri TLSA {tlsa}");
    let zone = Zone::signed("rsp.example").record(record);
    world.dns.publish(&[zone]).unwrap();
    assert_eq!(world.ask("rri.rsp.example").await.as_str(), "secure");
}

#[tokio::test]
async fn an_answer_too_long_for_a_datagram_comes_whole() {
    let records = (0..40).map(|number| format!("rri TLSA 3 0 2 {number:0128x}"));
    let world = World::new(&[Zone::signed("long.example").records(records)]);
    let answer = world.ask("rri.long.example").await;
    assert_eq!(answer.records().len(), 40, "{answer:?}");
}
