//! The policy in force: changes, order, restarts.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use nsp_kit::{clock::to_proto, testbed::eventually};
use nsp_proto::tlsauth::v1::TlsRole;

use crate::{
    certificates::{Identity, Kind},
    client::{Connection, Machine, ask},
    harness::{ROLES, World},
};

const STATUS: &str = "/info/status/registry/example";

async fn status(connection: &mut Connection) -> anyhow::Result<u16> {
    Ok(connection.send(ask("GET", STATUS)).await?.status.as_u16())
}

#[tokio::test]
async fn a_change_is_in_force_within_a_second() -> anyhow::Result<()> {
    let world = World::start().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    let mut connection = Machine::new(&world).showing(&identity).connect().await?;
    assert_eq!(status(&mut connection).await?, 401);
    let mut slowest = Duration::ZERO;
    for version in 1..=20 {
        let admitted = version % 2 == 1;
        let client = World::client("tls.rsp.example", &[TlsRole::DataEscrow]);
        let clients = if admitted { vec![client] } else { Vec::new() };
        let changed = Instant::now();
        world.publish("example", version, &clients).await?;
        let expected = if admitted { 200 } else { 401 };
        while status(&mut connection).await? != expected {
            assert!(
                changed.elapsed() < Duration::from_secs(1),
                "version {version}"
            );
        }
        slowest = slowest.max(changed.elapsed());
    }
    println!("the slowest of 20 changes was in force after {slowest:?}");
    Ok(())
}

#[tokio::test]
async fn older_news_change_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    let clients = [World::client("tls.rsp.example", &ROLES)];
    let mut connection = Machine::new(&world).showing(&identity).connect().await?;
    world.publish("example", 7, &clients).await?;
    eventually(async || {
        let mut connection = Machine::new(&world).showing(&identity).connect().await?;
        Ok((status(&mut connection).await? == 200).then_some(()))
    })
    .await?;
    world.publish("example", 6, &[]).await?;
    // Whoever reads this one has read the older news before.
    world.publish("second", 1, &clients).await?;
    eventually(async || {
        let machine = Machine::new(&world).showing(&identity);
        let got = machine
            .send(ask("GET", "/info/status/registry/second"))
            .await?;
        Ok((got.status == 200).then_some(()))
    })
    .await?;
    assert_eq!(status(&mut connection).await?, 200);
    Ok(())
}

#[tokio::test]
async fn what_ceases_ceases_on_time() -> anyhow::Result<()> {
    let world = World::start().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    let mut client = World::client("tls.rsp.example", &ROLES);
    client.expire_time = Some(to_proto(world.clock.now() + SignedDuration::from_secs(60)));
    world.publish("example", 1, &[client]).await?;
    let machine = Machine::new(&world).showing(&identity);
    eventually(async || {
        let got = machine.send(ask("GET", STATUS)).await?;
        Ok((got.status == 200).then_some(()))
    })
    .await?;
    world.clock.advance(SignedDuration::from_millis(59_999));
    assert_eq!(machine.send(ask("GET", STATUS)).await?.status, 200);
    world.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(machine.send(ask("GET", STATUS)).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn a_restarted_edge_reads_all_of_it_before_it_is_ready() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    let clients = [World::client("tls.rsp.example", &ROLES)];
    for index in 0..500 {
        world.publish(&format!("tld{index}"), 1, &clients).await?;
    }
    world.running.cancel();
    world.run().await?;
    world.ready().await?;
    let mut connection = Machine::new(&world).showing(&identity).connect().await?;
    for index in 0..500 {
        let path = format!("/info/status/registry/tld{index}");
        assert_eq!(
            connection.send(ask("GET", path)).await?.status,
            200,
            "tld{index}"
        );
    }
    Ok(())
}
