//! kill -9 of everything, at random moments, while twenty people write two thousand comments.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use nsp_testbed::secret;

use crate::{
    dice::Dice,
    people::PEOPLE,
    verify::verify,
    world::World,
    writers::{Plan, write},
};

const COMMENTS: usize = 2_000;
/// At most; on a slow machine there would be no end.
const KILLS: usize = 12;
/// Mails that may be on their way at once; each may leave twice when the mark is lost with the process or the database.
const MAILS_IN_FLIGHT: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Cases1,
    Cases2,
    /// Whichever replica of cases is publishing just now.
    Relay,
    Identity,
    Mail,
    Nats,
    Postgres,
    /// One process of PostgreSQL's, upon which it ends all others and recovers.
    Backend,
}

const VICTIMS: [Victim; 8] = [
    Victim::Cases1,
    Victim::Cases2,
    Victim::Relay,
    Victim::Identity,
    Victim::Mail,
    Victim::Nats,
    Victim::Postgres,
    Victim::Backend,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: cargo xtask test --faults"]
async fn nothing_is_lost_or_doubled_when_everything_is_killed() -> anyhow::Result<()> {
    let world = World::start().await?;
    for seed in seeds()? {
        let began = Instant::now();
        println!("seed {seed}: NSP_FAULT_SEED={seed} repeats it");
        let plan = Plan::new(&format!("seed {seed}"), PEOPLE, COMMENTS / PEOPLE);
        let done = Arc::new(AtomicBool::new(false));
        let killing = tokio::spawn(kill(Arc::clone(&world), seed, Arc::clone(&done)));
        let work = write(&world, &plan).await;
        done.store(true, Ordering::Relaxed);
        let wrote = began.elapsed();
        let kills = killing.await??;
        let work = work.with_context(|| format!("seed {seed}"))?;
        let found = verify(&world, &work).await;
        let found = found.with_context(|| format!("seed {seed}, kills {kills:?}"))?;
        println!(
            "seed {seed}: {found} after {} kills; written in {:.1} s, the longest call {:.1} s, refusals {:?}, {:.1} s \
             in all",
            kills.len(),
            wrote.as_secs_f32(),
            work.longest.as_secs_f32(),
            work.refusals,
            began.elapsed().as_secs_f32()
        );
        let losing = [Victim::Mail, Victim::Postgres, Victim::Backend];
        let losses = kills.iter().filter(|kill| losing.contains(kill)).count();
        ensure!(
            found.repeated <= losses * MAILS_IN_FLIGHT,
            "seed {seed}: {} mails left twice",
            found.repeated
        );
    }
    Ok(())
}

/// One that is to be repeated, or as many new ones as asked for.
fn seeds() -> anyhow::Result<Vec<u64>> {
    if let Ok(seed) = std::env::var("NSP_FAULT_SEED") {
        return Ok(vec![seed.parse().context("NSP_FAULT_SEED is a number")?]);
    }
    let count = match std::env::var("NSP_FAULT_SEEDS") {
        Ok(count) => count.parse().context("NSP_FAULT_SEEDS is a number")?,
        Err(_) => 3,
    };
    let first = u64::from(u16::from_le_bytes(secret::random()?));
    Ok((first..first + count).collect())
}

/// Kills everybody once, and while the work is not done some of them again.
async fn kill(world: Arc<World>, seed: u64, done: Arc<AtomicBool>) -> anyhow::Result<Vec<Victim>> {
    let mut dice = Dice::new(seed);
    let mut kills = Vec::new();
    loop {
        let mut victims = VICTIMS;
        dice.shuffle(&mut victims);
        for victim in victims {
            let everybody = kills.len() >= VICTIMS.len();
            if everybody && (done.load(Ordering::Relaxed) || kills.len() >= KILLS) {
                return Ok(kills);
            }
            tokio::time::sleep(dice.pause(100, 1_500)).await;
            let pause = dice.pause(0, 800);
            strike(&world, victim, pause)
                .await
                .with_context(|| format!("{victim:?}"))?;
            kills.push(victim);
        }
    }
}

/// Kills, and starts again after a pause, as Kubernetes would.
async fn strike(world: &World, victim: Victim, pause: Duration) -> anyhow::Result<()> {
    let label = match victim {
        Victim::Cases1 => "cases-1",
        Victim::Cases2 => "cases-2",
        Victim::Relay => holder(world).await?,
        Victim::Identity => "identity",
        Victim::Mail => "mail",
        Victim::Nats => {
            world.kill_nats();
            tokio::time::sleep(pause).await;
            return world.start_nats().await;
        }
        Victim::Postgres => {
            world.kill_postgres();
            tokio::time::sleep(pause).await;
            return world.start_postgres().await;
        }
        Victim::Backend => return kill_backend(world).await,
    };
    let service = world.service(label);
    service.check()?;
    service.kill()?;
    tokio::time::sleep(pause).await;
    service.start()
}

/// The replica of cases that holds the outbox's lock; one of them if none does.
async fn holder(world: &World) -> anyhow::Result<&'static str> {
    let mut postgres = world.superuser().await?;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        let holder: Option<String> = sqlx::query_scalar(
            "select application_name from pg_locks join pg_stat_activity using (pid)
             where locktype = 'advisory' and datname = 'nsp_cases' and application_name like 'cases-%' limit 1",
        )
        .fetch_optional(&mut postgres)
        .await?;
        match holder.as_deref() {
            Some("cases-1") => return Ok("cases-1"),
            Some(_) => return Ok("cases-2"),
            None => {}
        }
    }
    Ok("cases-1")
}

async fn kill_backend(world: &World) -> anyhow::Result<()> {
    let mut postgres = world.superuser().await?;
    let pid: Option<i32> = sqlx::query_scalar(
        "select pid from pg_stat_activity where datname like 'nsp_%' order by state <> 'idle' desc, random() limit 1",
    )
    .fetch_optional(&mut postgres)
    .await?;
    if let Some(pid) = pid {
        nsp_testbed::process::signal(u32::try_from(pid)?, "KILL");
    }
    // The others are ended and the log is replayed; the address stays.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    while world.superuser().await.is_err() {
        ensure!(
            began.elapsed() < Duration::from_mins(1),
            "PostgreSQL does not recover"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
