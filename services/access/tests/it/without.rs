//! When everything behind the edge is down: known clients go on, strangers do not come in.

use std::sync::atomic::Ordering::Relaxed;

use anyhow::Context;
use http::header::SET_COOKIE;
use jiff::SignedDuration;
use nsp_kit::testbed::eventually;

use crate::{
    behind::Known,
    certificates::{Identity, Kind},
    client::{Machine, ask},
    harness::{ROLES, World},
};

const STATUS: &str = "/info/status/registry/example";

#[tokio::test]
async fn known_clients_are_authorised_for_as_long_as_the_limits_say() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    world.config.policy.stale_minutes = 60;
    world.config.basic.stale_minutes = 30;
    let nats = world.restart_behind_proxy().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    let stranger = Identity::make(Kind::V1, "stranger.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    world
        .publish("example", 1, &[World::client("tls.rsp.example", &ROLES)])
        .await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    world.ready().await?;
    let nobody = Machine::new(&world);
    let known = nobody.clone().showing(&identity);
    let password = |secret| ask("GET", STATUS).basic("example_ry", secret);
    eventually(async || Ok((known.send(ask("GET", STATUS)).await?.status == 200).then_some(())))
        .await?;
    assert_eq!(nobody.send(password("right")).await?.status, 200);

    nats.change(|network| network.to = None);
    nats.cut();
    world.behind.state.accounts_down.store(true, Relaxed);
    world.dns.down();
    // Nothing is fresh any more.
    world.clock.advance(SignedDuration::from_mins(29));
    assert_eq!(known.send(ask("GET", STATUS)).await?.status, 200);
    assert_eq!(nobody.send(password("right")).await?.status, 200);
    assert_eq!(
        nobody.send(password("wrong")).await?.status,
        503,
        "nobody can tell"
    );
    assert_eq!(
        known
            .clone()
            .showing(&stranger)
            .send(ask("GET", STATUS))
            .await?
            .status,
        401
    );
    assert_eq!(nobody.send(ask("GET", STATUS)).await?.status, 401);
    assert_eq!(
        world.readyz().await?.0,
        200,
        "it does its work without NATS"
    );

    world.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(
        nobody.send(password("right")).await?.status,
        503,
        "the password is too old"
    );
    assert_eq!(known.send(ask("GET", STATUS)).await?.status, 200);
    world.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(
        known.send(ask("GET", STATUS)).await?.status,
        503,
        "the policy is too old"
    );
    assert_eq!(
        world.readyz().await?,
        (503, "not ready: a policy that is not stale".to_owned())
    );
    Ok(())
}

#[tokio::test]
async fn what_was_said_while_nats_was_away_ends_passwords_and_sessions() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let nats = world.restart_behind_proxy().await?;
    for user in ["example_ry", "second_ry"] {
        let tld = user.trim_end_matches("_ry");
        world.behind.know(user, Known::registry(tld, "right"));
    }
    world.ready().await?;
    let machine = Machine::new(&world);
    let mut cookies = Vec::new();
    for (user, path) in [
        ("example_ry", "/ry/example/login"),
        ("second_ry", "/ry/second/login"),
    ] {
        let login = machine.send(ask("GET", path).basic(user, "right")).await?;
        assert_eq!(login.status, 200);
        let cookie = login.header(SET_COOKIE).split(';').next();
        cookies.push(cookie.context("a cookie")?.to_owned());
    }
    let state = async |tld: &str, cookie: &str| {
        let path = format!("/ry/{tld}/v2/monitoring/state");
        let got = machine.send(ask("GET", path).header("cookie", cookie));
        anyhow::Ok(got.await?.status.as_u16())
    };
    let password = || ask("GET", STATUS).basic("example_ry", "right");
    assert_eq!(machine.send(password()).await?.status, 200);
    assert_eq!(state("example", &cookies[0]).await?, 200);

    let mut server = None;
    nats.change(|network| server = network.to.take());
    nats.cut();
    let changed = Known {
        version: 2,
        ..Known::registry("example", "new")
    };
    world.behind.know("example_ry", changed);
    world.tell_of_credential("example", 2).await?;
    assert_eq!(
        state("example", &cookies[0]).await?,
        200,
        "nobody could tell us"
    );
    nats.change(|network| network.to = server);

    eventually(async || Ok((state("example", &cookies[0]).await? == 401).then_some(()))).await?;
    assert_eq!(machine.send(password()).await?.status, 401);
    assert_eq!(
        state("second", &cookies[1]).await?,
        200,
        "nothing has changed"
    );
    Ok(())
}

#[tokio::test]
async fn an_admitted_request_says_so_when_what_it_needs_is_down() -> anyhow::Result<()> {
    let world = World::start().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    world
        .publish("example", 1, &[World::client("tls.rsp.example", &ROLES)])
        .await?;
    let known = Machine::new(&world).showing(&identity);
    eventually(async || Ok((known.send(ask("GET", STATUS)).await?.status == 200).then_some(())))
        .await?;
    world.behind.stop();
    for (method, path) in [
        ("GET", STATUS),
        ("PUT", "/report/registrar-transactions/example/2026-10"),
        ("GET", "/ry/example/v2/monitoring/state"),
        ("GET", "/maintenance-window/example"),
    ] {
        let got = known.send(ask(method, path).body("a")).await?;
        assert_eq!(got.status, 503, "{method} {path}");
        assert!(got.headers.contains_key("retry-after"));
    }
    Ok(())
}

#[tokio::test]
async fn restarted_without_nats_it_is_not_ready_and_admits_nobody() -> anyhow::Result<()> {
    let mut world = World::start().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    world
        .publish("example", 1, &[World::client("tls.rsp.example", &ROLES)])
        .await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    world.running.cancel();
    (world.config.nats, world.config.clients) = World::nowhere();
    world.run().await?;
    eventually(async || Ok(world.readyz().await.ok().map(|_| ()))).await?;
    assert_eq!(world.readyz().await?, (503, "not ready: policy".to_owned()));
    let known = Machine::new(&world).showing(&identity);
    assert_eq!(known.send(ask("GET", STATUS)).await?.status, 503);
    let password = ask("GET", STATUS).basic("example_ry", "right");
    assert_eq!(Machine::new(&world).send(password).await?.status, 503);
    Ok(())
}
