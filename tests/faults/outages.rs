//! Servers that are gone, full or slow for a while: calls are answered in time and rightly, and all recovers by itself.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use nsp_proto::cases::v1::{
    CreateCaseRequest, CreateCommentRequest, case_service_client::CaseServiceClient,
};
use sqlx::{Connection, PgConnection};
use tokio::task::JoinHandle;
use tonic::Code;
use uuid::Uuid;

use crate::{
    dice::Dice,
    verify::{Found, verify},
    world::World,
    writers::{Plan, Work, write},
};

const WRITERS: usize = 6;
/// How soon comments are taken again after an outage.
const RECOVERY: Duration = Duration::from_secs(20);

/// People who write all the time, some comments per second.
struct Background {
    plan: Plan,
    writing: JoinHandle<anyhow::Result<Work>>,
}

impl Background {
    async fn start(world: &Arc<World>, name: &str) -> Self {
        let mut plan = Plan::new(name, WRITERS, usize::MAX);
        plan.pause = Duration::from_millis(100);
        let (their_world, their_plan) = (Arc::clone(world), plan.clone());
        let writing = tokio::spawn(async move { write(&their_world, &their_plan).await });
        tokio::time::sleep(Duration::from_secs(2)).await;
        Self { plan, writing }
    }

    /// The outage is over: what was begun is soon acknowledged, and everything is where it belongs.
    async fn recover(self, world: &World) -> anyhow::Result<(Work, Found)> {
        let name = &self.plan.name;
        self.plan.stop.store(true, Ordering::Relaxed);
        let began = Instant::now();
        let work = self.writing.await?.with_context(|| name.clone())?;
        let recovery = began.elapsed();
        ensure!(recovery < RECOVERY, "{name}: it took {recovery:?}");
        let found = verify(world, &work).await.with_context(|| name.clone())?;
        println!(
            "{name}: {found}; the longest call {:.1} s, refusals {:?}, recovered in {:.1} s",
            work.longest.as_secs_f32(),
            work.refusals,
            recovery.as_secs_f32()
        );
        Ok((work, found))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: cargo xtask test --faults"]
async fn comments_are_taken_while_nats_is_out_of_reach() -> anyhow::Result<()> {
    let world = World::start().await?;
    let writing = Background::start(&world, "NATS stands still").await;
    world.signal_nats("STOP");
    tokio::time::sleep(Duration::from_secs(15)).await;
    world.signal_nats("CONT");
    let (work, _) = writing.recover(&world).await?;
    ensure!(work.refusals.is_empty(), "{:?}", work.refusals);

    let writing = Background::start(&world, "NATS is gone").await;
    world.broker.change(|network| network.to = None);
    world.broker.cut();
    tokio::time::sleep(Duration::from_mins(1)).await;
    world.start_nats().await?;
    let (work, _) = writing.recover(&world).await?;
    ensure!(work.refusals.is_empty(), "{:?}", work.refusals);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: cargo xtask test --faults"]
async fn postgresql_may_be_out_of_connections() -> anyhow::Result<()> {
    let world = World::start().await?;
    let writing = Background::start(&world, "no connections").await;
    let mut postgres = world.superuser().await?;
    let mut hoard: Vec<PgConnection> = Vec::new();
    let mut full = None;
    while full.is_none_or(|full: Instant| full.elapsed() < Duration::from_secs(10)) {
        if let Ok(connection) = PgConnection::connect(world.owner_url("observer")?).await {
            hoard.push(connection);
            continue;
        }
        // Now nobody who loses a connection gets another one.
        full.get_or_insert_with(Instant::now);
        let ended = "select pg_terminate_backend(pid) from pg_stat_activity
                     where usename like 'nsp_%' and usename not like '%owner'";
        sqlx::query(ended).execute(&mut postgres).await?;
    }
    println!("{} connections were held", hoard.len());
    for connection in hoard {
        let _ = connection.close().await;
    }
    let (work, _) = writing.recover(&world).await?;
    ensure!(!work.refusals.is_empty(), "nobody noticed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: cargo xtask test --faults"]
async fn networks_may_be_slow_stand_still_and_break() -> anyhow::Result<()> {
    let world = World::start().await?;
    let lines = || {
        let services = world.services.iter().map(|service| &service.proxy);
        services.chain([&world.database, &world.broker])
    };

    let writing = Background::start(&world, "a slow network").await;
    lines().for_each(|line| line.change(|network| network.delay = Duration::from_millis(30)));
    tokio::time::sleep(Duration::from_secs(8)).await;
    lines().for_each(|line| line.change(|network| network.delay = Duration::ZERO));
    writing.recover(&world).await?;

    let writing = Background::start(&world, "a network that breaks").await;
    let mut dice = Dice::new(3);
    let all: Vec<_> = lines().collect();
    for _ in 0..40 {
        tokio::time::sleep(dice.pause(50, 400)).await;
        let at = dice.between(0, all.len() as u64);
        all[usize::try_from(at)?].cut();
    }
    writing.recover(&world).await?;

    let writing = Background::start(&world, "the database's network stands still").await;
    world.database.change(|network| network.stalled = true);
    tokio::time::sleep(Duration::from_secs(13)).await;
    world.database.change(|network| network.stalled = false);
    let (work, _) = writing.recover(&world).await?;
    ensure!(!work.refusals.is_empty(), "nobody noticed");

    let writing = Background::start(&world, "the services' network stands still").await;
    for service in &world.services {
        service.proxy.change(|network| network.stalled = true);
    }
    tokio::time::sleep(Duration::from_secs(13)).await;
    for service in &world.services {
        service.proxy.change(|network| network.stalled = false);
    }
    let (work, _) = writing.recover(&world).await?;
    ensure!(!work.refusals.is_empty(), "nobody noticed");
    Ok(())
}

/// A small file system in memory; unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn mount(megabytes: u32) -> anyhow::Result<Option<Self>> {
        let folder = std::env::temp_dir().join(format!("nsp-disk-{}", Uuid::now_v7().simple()));
        fs::create_dir(&folder)?;
        let options = format!("size={megabytes}m,mode=0755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "nsp-faults"])
            .arg(&folder)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Ok(Some(Self(folder)));
        }
        fs::remove_dir(&folder)?;
        Ok(None)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The one who looks after PostgreSQL still holds a file for a second.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes: cargo xtask test --faults"]
async fn postgresql_may_be_out_of_disk() -> anyhow::Result<()> {
    let Some(disk) = Disk::mount(400)? else {
        println!("skipped: only root can mount a small file system");
        return Ok(());
    };
    let world = World::start_on(Some(disk.0.join("postgres"))).await?;
    let writing = Background::start(&world, "a full disk").await;
    let case = open_case(&world).await?;
    let ballast = disk.0.join("ballast");
    // It ends when the disk is full.
    let _ = Command::new("dd")
        .args(["if=/dev/zero", "bs=64k", "status=none"])
        .arg(format!("of={}", ballast.display()))
        .stderr(std::process::Stdio::null())
        .status();
    let refused = fill(&world, &case).await?;
    println!("a full disk is {refused:?}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    fs::remove_file(&ballast)?;
    // Where the log itself finds no place PostgreSQL ends, and whoever looks after it starts it again.
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.start_postgres().await?;
    let recovered = writing.recover(&world).await;
    drop(world);
    recovered.map(drop)
}

/// A case that nobody else writes in.
async fn open_case(world: &World) -> anyhow::Result<String> {
    let line = world.line("cases-1").acting(&world.people[0].token());
    let request = CreateCaseRequest {
        subject: "long comments".to_owned(),
        description: "How much fits?".to_owned(),
        ..Default::default()
    };
    let case = CaseServiceClient::new(line).create_case(request).await?;
    Ok(case.into_inner().name)
}

/// Writes long comments until the database has no place for them.
async fn fill(world: &World, case: &str) -> anyhow::Result<Code> {
    let began = Instant::now();
    let mut dice = Dice::new(1);
    while began.elapsed() < Duration::from_mins(1) {
        // No use to compress.
        let letters = (0..7_900).map(|_| u32::try_from(dice.between(0x4e00, 0x9000)));
        let letters: Result<Vec<u32>, _> = letters.collect();
        let body = letters?.into_iter().filter_map(char::from_u32).collect();
        let line = world.line("cases-1").acting(&world.people[0].token());
        let request = CreateCommentRequest {
            parent: case.to_owned(),
            body,
            request_id: String::new(),
        };
        if let Err(status) = CaseServiceClient::new(line).create_comment(request).await {
            let code = status.code();
            ensure!(
                matches!(code, Code::Unavailable | Code::DeadlineExceeded),
                "{status:?}"
            );
            return Ok(code);
        }
    }
    anyhow::bail!("the disk does not get full")
}
