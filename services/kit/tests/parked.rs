//! Events that nobody can handle.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use nsp_kit::{
    clock::Clock,
    db::{Database, Tx},
    events::{self, About, Event, Handler, inbox, outbox},
    testbed::{Bed, eventually, owner_pool},
};
use nsp_proto::events::v1::CaseReopened;
use sqlx::{PgPool, migrate::Migrator};

static NO_TABLES: Migrator = Migrator::DEFAULT;

/// Fails for the case `poison` until it is told otherwise.
#[derive(Clone, Default)]
struct Picky {
    seen: Arc<Mutex<Vec<String>>>,
    cured: Arc<AtomicBool>,
}

impl Picky {
    fn seen(&self, about: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|one| *one == about).count()
    }
}

impl Handler for Picky {
    const SERVICE: &'static str = "test";
    const SUBJECTS: &'static str = "nsp.cases.v1.>";

    async fn handle(&self, _: &mut Tx, event: &Event) -> anyhow::Result<()> {
        self.seen.lock().unwrap().push(event.about.clone());
        anyhow::ensure!(
            event.about != "cases/poison" || self.cured.load(Ordering::Relaxed),
            "I do not like it"
        );
        Ok(())
    }

    fn backoff(&self, _: i64) -> Duration {
        Duration::from_millis(5)
    }
}

struct World {
    db: Database,
    owner: PgPool,
    handler: Picky,
    _bed: Bed,
}

impl World {
    /// With three events, the second of which is poison, when all of them are done with.
    async fn with_a_parked_event() -> anyhow::Result<Self> {
        let bed = Bed::new(Clock::system()).await?;
        let (config, nats) = (bed.database("test", &NO_TABLES).await?, bed.nats());
        let world = Self {
            db: Database::connect(&config)?,
            owner: owner_pool(&config).await?,
            handler: Picky::default(),
            _bed: bed,
        };
        let db = world.db.clone();
        let js = async_nats::jetstream::new(async_nats::connect(&nats.url).await?);
        tokio::spawn(async move { outbox::relay("test", &db, &nats, &Clock::system()).await });
        let (db, handler) = (world.db.clone(), world.handler.clone());
        tokio::spawn(async move { inbox::consume(&handler, &db, &js, &Clock::system()).await });
        for about in ["before", "poison", "behind"] {
            let now = Clock::system().now();
            let mut tx = world.db.begin_as_service("test", now).await?;
            let about = About::new(&format!("cases/{about}"), None);
            events::publish(&mut tx, &about, &CaseReopened::default()).await?;
            tx.commit().await?;
        }
        let moved = async || Ok((world.handler.seen("cases/behind") == 1).then_some(()));
        eventually(moved).await?;
        Ok(world)
    }

    async fn parked(&self) -> anyhow::Result<Vec<(String, String, bool)>> {
        Ok(sqlx::query_as("select about, error, retry from kit.parked")
            .fetch_all(&self.owner)
            .await?)
    }

    async fn put_back(&self) -> anyhow::Result<()> {
        sqlx::query("update kit.parked set retry = true")
            .execute(&self.owner)
            .await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_poison_event_is_parked_after_ten_attempts_and_the_queue_moves_on() -> anyhow::Result<()>
{
    let world = World::with_a_parked_event().await?;
    assert_eq!(world.handler.seen("cases/poison"), 10);
    assert_eq!(world.handler.seen("cases/before"), 1);
    let parked = world.parked().await?;
    let [(about, error, false)] = &parked[..] else {
        anyhow::bail!("{parked:?}");
    };
    assert_eq!(about, "cases/poison");
    assert!(error.ends_with("I do not like it"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_parked_event_that_is_put_back_is_handled_once_or_stays() -> anyhow::Result<()> {
    let world = World::with_a_parked_event().await?;
    world.put_back().await?;
    eventually(async || Ok((world.handler.seen("cases/poison") == 11).then_some(()))).await?;
    eventually(async || {
        let parked = world.parked().await?;
        Ok(parked
            .first()
            .is_some_and(|(.., retry)| !retry)
            .then_some(()))
    })
    .await?;

    world.handler.cured.store(true, Ordering::Relaxed);
    world.put_back().await?;
    eventually(async || Ok(world.parked().await?.is_empty().then_some(()))).await?;
    assert_eq!(world.handler.seen("cases/poison"), 12);
    let handled: i64 = sqlx::query_scalar("select count(*) from kit.inbox")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(handled, 3);
    Ok(())
}
