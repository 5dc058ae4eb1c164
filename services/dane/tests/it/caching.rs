//! The cache in front of a table that counts who asks, and in front of the real thing.

use jiff::{SignedDuration, Timestamp};
use nsp_dane::{Answer, Cache, Doubt, Freshness, HostName, Lookup, Records, Settings};
use nsp_kit::clock::Clock;
use nsp_testbed::dns::Zone;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::{Semaphore, watch};

use crate::{certificates::with_record, resolving::World};

/// A DNS of answers set by hand. It can be made to wait, and counts.
#[derive(Clone)]
struct Table(Arc<Inside>);

struct Inside {
    answers: Mutex<HashMap<String, Answer>>,
    asked: watch::Sender<usize>,
    open: Semaphore,
}

const OPEN: usize = 1_000_000;

impl Table {
    fn new() -> Self {
        Self(Arc::new(Inside {
            answers: Mutex::default(),
            asked: watch::Sender::new(0),
            open: Semaphore::new(OPEN),
        }))
    }

    fn set(&self, name: &str, answer: Answer) {
        self.0.answers.lock().unwrap().insert(name.into(), answer);
    }

    fn asked(&self) -> usize {
        *self.0.asked.borrow()
    }

    async fn asked_times(&self, times: usize) {
        let mut asked = self.0.asked.subscribe();
        asked.wait_for(|asked| *asked >= times).await.unwrap();
    }

    /// From now on nobody gets an answer until [`Table::open`].
    fn close(&self) {
        self.0.open.forget_permits(OPEN);
    }

    fn open(&self) {
        self.0.open.add_permits(OPEN);
    }
}

impl Lookup for Table {
    async fn tlsa(&self, name: &HostName) -> Answer {
        self.0.asked.send_modify(|asked| *asked += 1);
        drop(self.0.open.acquire().await);
        let answer = self.0.answers.lock().unwrap().get(name.as_str()).cloned();
        answer.unwrap_or_else(|| panic!("nobody set {name}"))
    }
}

struct Bed {
    table: Table,
    clock: Clock,
    cache: Cache<Table>,
}

const NAME: &str = "rri.rsp.example";

fn bed(settings: &Settings) -> Bed {
    let table = Table::new();
    let clock = Clock::manual(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24));
    Bed {
        cache: Cache::new(table.clone(), settings, clock.clone()),
        table,
        clock,
    }
}

impl Bed {
    fn after(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    async fn get(&self) -> (&'static str, bool) {
        let held = self.cache.get(&name(NAME)).await;
        (held.answer.as_str(), held.freshness == Freshness::Fresh)
    }

    fn known(&self) -> Option<(&'static str, bool)> {
        let held = self.cache.known(&name(NAME))?;
        Some((held.answer.as_str(), held.freshness == Freshness::Fresh))
    }
}

fn name(text: &str) -> HostName {
    text.parse().unwrap()
}

fn secure(ttl: u32) -> Answer {
    let records = vec!["3 1 1 00ff".parse().unwrap()];
    Answer::Secure(Records {
        records,
        ttl,
        alias_of: None,
    })
}

fn unavailable() -> Answer {
    Answer::Unavailable("no answer".into())
}

const FRESH: (&str, bool) = ("secure", true);
const STALE: (&str, bool) = ("secure", false);

#[tokio::test]
async fn many_who_ask_at_once_share_one_lookup() {
    let bed = bed(&Settings::default());
    bed.table.set(NAME, secure(300));
    bed.table.close();
    let ask = || {
        let cache = bed.cache.clone();
        tokio::spawn(async move { cache.get(&name(NAME)).await })
    };
    let first = ask();
    bed.table.asked_times(1).await;
    let others: Vec<_> = (0..100).map(|_| ask()).collect();
    // Whoever began it need not stay.
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    bed.table.open();
    for other in others {
        assert_eq!(other.await.unwrap().answer.as_str(), "secure");
    }
    assert_eq!(bed.table.asked(), 1);
    assert_eq!(bed.get().await, FRESH);
    assert_eq!(bed.table.asked(), 1, "from memory");
}

#[tokio::test]
async fn answers_live_as_long_as_they_say_and_no_longer_than_the_settings() {
    for (answer, life) in [
        (secure(120), 120),
        (secure(86_400), 300),
        (secure(0), 1),
        (Answer::NoName { ttl: 3_600 }, 60),
        (Answer::NoRecord { ttl: 20 }, 20),
        (Answer::Insecure(Vec::new()), 60),
        (Answer::Bogus(Doubt::Invalid), 60),
        (unavailable(), 5),
    ] {
        let bed = bed(&Settings::default());
        bed.table.set(NAME, answer.clone());
        assert_eq!(bed.known(), None);
        bed.get().await;
        bed.after(life - 1);
        assert!(bed.known().is_some(), "{answer:?}");
        bed.get().await;
        assert_eq!(bed.table.asked(), 1, "{answer:?}");
        bed.after(1);
        assert_eq!(bed.known(), None, "{answer:?}");
        bed.get().await;
        assert_eq!(bed.table.asked(), 2, "{answer:?}");
    }
}

#[tokio::test]
async fn a_name_in_use_is_asked_for_before_it_expires_and_another_is_not() {
    let bed = bed(&Settings::default());
    bed.table.set(NAME, secure(300));
    bed.table.set("unused.example", secure(300));
    bed.get().await;
    bed.cache.get(&name("unused.example")).await;
    let refreshing = tokio::spawn({
        let cache = bed.cache.clone();
        async move { cache.refresh().await }
    });
    bed.after(200);
    assert_eq!(bed.get().await, FRESH);
    assert_eq!(bed.table.asked(), 2);
    bed.after(71);
    bed.table.asked_times(3).await;
    // Now the first answers would be over.
    bed.after(29);
    assert_eq!(bed.known(), Some(FRESH));
    assert!(bed.cache.known(&name("unused.example")).is_none());
    assert_eq!(bed.table.asked(), 3);
    refreshing.abort();
}

#[tokio::test]
async fn known_clients_stay_known_while_nobody_answers_until_the_limit() {
    let bed = bed(&Settings {
        max_stale_seconds: 3_600,
        ..Settings::default()
    });
    bed.table.set(NAME, secure(300));
    bed.get().await;
    bed.table.set(NAME, unavailable());
    bed.after(300);
    assert_eq!(bed.known(), None, "the DNS has to be asked first");
    assert_eq!(bed.get().await, STALE);
    assert_eq!(bed.known(), Some(STALE));
    assert_eq!(bed.table.asked(), 2);
    assert_eq!(bed.get().await, STALE);
    assert_eq!(bed.table.asked(), 2, "not again so soon");

    // Now and then somebody tries again, and nobody waits for that.
    bed.after(5);
    bed.table.close();
    assert_eq!(bed.get().await, STALE);
    bed.table.asked_times(3).await;
    bed.table.open();

    bed.after(3_594);
    assert_eq!(bed.get().await, STALE);
    bed.after(1);
    assert_eq!(bed.known(), None);
    assert_eq!(bed.get().await, ("unavailable", true));
}

#[tokio::test]
async fn an_answer_ends_what_was_stale() {
    for (answer, expected) in [
        (secure(300), FRESH),
        (Answer::Bogus(Doubt::Invalid), ("bogus", true)),
        (Answer::NoRecord { ttl: 60 }, ("no_record", true)),
    ] {
        let bed = bed(&Settings::default());
        bed.table.set(NAME, secure(300));
        bed.get().await;
        bed.table.set(NAME, unavailable());
        bed.after(300);
        assert_eq!(bed.get().await, STALE);
        bed.table.set(NAME, answer);
        bed.after(5);
        // The try after the pause happens behind the back of who asks.
        assert_eq!(bed.get().await, STALE);
        bed.table.asked_times(3).await;
        while bed.known() == Some(STALE) {
            tokio::task::yield_now().await;
        }
        assert_eq!(bed.known(), Some(expected));
    }
}

#[tokio::test]
async fn strangers_are_not_admitted_for_want_of_an_answer() {
    for answer in [
        Answer::NoName { ttl: 60 },
        Answer::Insecure(Vec::new()),
        Answer::Bogus(Doubt::Invalid),
    ] {
        let bed = bed(&Settings::default());
        bed.table.set(NAME, answer);
        bed.get().await;
        bed.table.set(NAME, unavailable());
        bed.after(60);
        assert_eq!(bed.get().await, ("unavailable", true));
    }
}

#[tokio::test]
async fn the_cache_is_bounded_and_keeps_those_who_have_records() {
    let bed = bed(&Settings {
        capacity: 160,
        ..Settings::default()
    });
    bed.table.set(NAME, secure(300));
    bed.get().await;
    for number in 0..1_000 {
        let other = format!("n{number}.example");
        bed.table.set(&other, Answer::NoName { ttl: 60 });
        bed.cache.get(&name(&other)).await;
    }
    assert!(bed.cache.len() <= 160);
    assert_eq!(bed.known(), Some(FRESH));
    bed.cache.forget(&name(NAME));
    assert_eq!(bed.known(), None);
}

#[tokio::test]
async fn a_lookup_that_breaks_keeps_nobody_waiting() {
    let bed = bed(&Settings::default());
    // The table panics about names that it does not have.
    assert_eq!(bed.get().await, ("unavailable", true));
    bed.table.set(NAME, secure(300));
    assert_eq!(bed.get().await, FRESH);
}

#[tokio::test]
async fn a_real_server_goes_away_and_comes_back() {
    let (_, tlsa) = with_record();
    let zone = Zone::signed("rsp.example").record(format!("rri 60 TLSA {tlsa}"));
    let mut world = World::new(&[zone]);
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let cache = Cache::new(world.resolver.clone(), &Settings::default(), clock.clone());
    let rri = name(NAME);
    let held = cache.get(&rri).await;
    assert_eq!(held.answer.records(), [tlsa]);
    world.dns.stop().unwrap();
    clock.advance(SignedDuration::from_secs(60));
    let held = cache.get(&rri).await;
    let end = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(60);
    assert_eq!(held.freshness, Freshness::Stale(end));
    assert_eq!(held.answer.as_str(), "secure");
    assert_eq!(
        cache.get(&name("new.rsp.example")).await.answer.as_str(),
        "unavailable"
    );

    world.dns.restart().unwrap();
    while cache.get(&rri).await.freshness != Freshness::Fresh {
        clock.advance(SignedDuration::from_secs(5));
        tokio::task::yield_now().await;
    }
}
