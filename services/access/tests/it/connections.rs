//! Connections that are too many, too slow or too large.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    behind::Known,
    client::{Machine, ask},
    harness::World,
};

/// Reads to the end; true if it came within `patience`.
async fn ends(stream: &mut (impl AsyncReadExt + Unpin), patience: Duration) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(patience, stream.read_to_end(&mut rest))
        .await
        .is_ok()
}

#[tokio::test]
async fn who_is_slow_is_cut() -> anyhow::Result<()> {
    let world = World::with(|config| {
        config.limits.handshake_seconds = 1;
        config.limits.header_seconds = 1;
        config.limits.idle_seconds = 3;
        config.limits.request_seconds = 2;
        config.limits.body_seconds = 1;
    })
    .await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    let machine = Machine::new(&world);
    let patience = Duration::from_secs(6);

    // No handshake at all, and none after the proxy's header.
    let mut silent = tokio::net::TcpStream::connect(world.address).await?;
    assert!(ends(&mut silent, patience).await);
    let mut half = machine.tcp().await?;
    assert!(ends(&mut half, patience).await);

    // No request, and one that drips.
    let mut nothing = machine.tls().await?;
    assert!(ends(&mut nothing, patience).await);
    let mut slow = machine.tls().await?;
    let began = Instant::now();
    let cut = async {
        for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
            if slow.write_all(&[*byte]).await.is_err() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    };
    assert!(cut.await || ends(&mut slow, Duration::from_millis(100)).await);
    assert!(began.elapsed() < patience, "{:?}", began.elapsed());

    // A body that stops.
    let mut stream = machine.tls().await?;
    let token = data_encoding::BASE64.encode(b"example_ry:right");
    let head = format!(
        "PUT /report/registrar-transactions/example/2026-10 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {token}\r\nContent-Length: 100\r\n\r\nhalf"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = [0; 32];
    let read = tokio::time::timeout(patience, stream.read(&mut answer)).await??;
    assert!(
        answer[..read].starts_with(b"HTTP/1.1 408"),
        "{:?}",
        String::from_utf8_lossy(&answer)
    );
    assert!(world.behind.state.submitted.lock().unwrap().is_empty());
    Ok(())
}

#[tokio::test]
async fn headers_have_a_size() -> anyhow::Result<()> {
    let world = World::start().await?;
    let long = ask("GET", "/info/probe-nodes").header("x", "a".repeat(20_000));
    let got = Machine::new(&world).send(long.clone()).await?;
    assert_eq!(got.status, 431);
    let two = Machine::new(&world).http2().send(long).await;
    assert!(two.is_err() || two?.status == 431);
    Ok(())
}

#[tokio::test]
async fn a_small_limit_of_headers_is_no_reason_to_panic() -> anyhow::Result<()> {
    let world = World::with(|config| config.limits.header_bytes = 1_000).await?;
    let short = ask("GET", "/info/probe-nodes");
    assert_eq!(Machine::new(&world).send(short).await?.status, 401);
    let long = ask("GET", "/info/probe-nodes").header("x", "a".repeat(9_000));
    assert_eq!(Machine::new(&world).send(long).await?.status, 431);
    Ok(())
}

#[tokio::test]
async fn connections_are_limited_per_address_and_in_all() -> anyhow::Result<()> {
    let world = World::with(|config| {
        config.limits.connections = 4;
        config.limits.connections_per_address = 2;
    })
    .await?;
    let [one, two, three] =
        ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|from| Machine::new(&world).from(from));
    let mut open = vec![one.tls().await?, one.tls().await?];
    assert!(one.tls().await.is_err(), "the third of an address");
    open.push(two.tls().await?);
    open.push(two.tls().await?);
    assert!(three.tls().await.is_err(), "the fifth of all");
    open.remove(0);
    nsp_kit::testbed::eventually(async || Ok(three.tls().await.ok())).await?;
    Ok(())
}

#[tokio::test]
async fn nobody_but_a_trusted_proxy_may_say_who_comes() -> anyhow::Result<()> {
    let trusting = World::start().await?;
    let mut direct = tokio::net::TcpStream::connect(trusting.address).await?;
    direct.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    assert!(
        ends(&mut direct, Duration::from_secs(6)).await,
        "a proxy that says nothing"
    );

    let world = World::with(|config| config.server.trusted_proxies.clear()).await?;
    let plain = Machine::new(&world);
    assert_eq!(
        plain.send(ask("GET", "/info/probe-nodes")).await?.status,
        401
    );
    let lying = Machine::new(&world).from("192.0.2.1");
    assert!(lying.tls().await.is_err());
    Ok(())
}

#[tokio::test]
async fn what_is_in_flight_at_the_stop_is_answered() -> anyhow::Result<()> {
    let world = World::start().await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    let mut stream = Machine::new(&world).tls().await?;
    let token = data_encoding::BASE64.encode(b"example_ry:right");
    let head = format!(
        "PUT /report/registrar-transactions/example/2026-10 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {token}\r\nContent-Length: 5\r\n\r\nfi"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut idle = Machine::new(&world).connect().await?;
    idle.send(ask("GET", "/info/probe-nodes")).await?;
    world.running.cancel();
    // The port is closed before anything else happens.
    nsp_kit::testbed::eventually(async || {
        Ok(tokio::net::TcpStream::connect(world.address)
            .await
            .is_err()
            .then_some(()))
    })
    .await?;
    stream.write_all(b"rst").await?;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(world.behind.state.submitted.lock().unwrap()[0].1, b"first");
    assert!(idle.send(ask("GET", "/info/probe-nodes")).await.is_err());
    Ok(())
}
