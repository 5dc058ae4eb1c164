//! RRI: reports, and what is asked about them.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use nsp_proto::{
    accounts::v1::credential::Kind,
    reporting::v1::{Party, ReportKind},
};
use std::sync::atomic::Ordering::Relaxed;

use crate::{
    behind::Known,
    client::{Machine, ask},
    harness::{INSIDE, OUTSIDE, World},
};

async fn world() -> anyhow::Result<World> {
    let world = World::start().await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    world.behind.know(
        "example_dea",
        Known {
            kind: Kind::RriDea,
            ..Known::registry("example", "agent")
        },
    );
    Ok(world)
}

#[tokio::test]
async fn a_report_arrives_byte_for_byte() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let body: Vec<u8> = (0..200_000_u32)
        .map(|index| index.to_le_bytes()[0])
        .collect();
    let put = ask("PUT", "/report/registrar-transactions/EXAMPLE/2026-10")
        .basic("example_ry", "right")
        .header("content-type", "text/csv; charset=utf-8")
        .header("accept", "text/csv");
    let got = connection.send(put.clone().body(body.clone())).await?;
    assert_eq!((got.status.as_u16(), got.text()), (200, "<response/>"));
    assert_eq!(got.header(CONTENT_TYPE), "text/xml; charset=utf-8");
    let rejected = connection.send(put.clone().body("wrong")).await?;
    assert_eq!(
        (rejected.status.as_u16(), rejected.text()),
        (400, "<response/>")
    );
    let unsupported = ask("PUT", "/report/registry-escrow-report/example/a%2Fb")
        .basic("example_ry", "right")
        .header("content-type", "text/html");
    assert_eq!(connection.send(unsupported).await?.status, 415);

    let submitted = world.behind.state.submitted.lock().unwrap();
    let (header, received) = &submitted[0];
    assert_eq!(*received, body);
    assert_eq!(header.kind(), ReportKind::RegistrarTransactions);
    assert_eq!(
        (header.tld.as_str(), header.path_id.as_str()),
        ("example", "2026-10")
    );
    assert_eq!(header.content_type, "text/csv; charset=utf-8");
    let client = header.client.as_ref().unwrap();
    assert_eq!(
        (client.name.as_str(), client.party()),
        ("example_ry", Party::RegistryOperator)
    );
    assert_eq!(client.address, INSIDE);
    assert_eq!(submitted[2].0.path_id, "a/b");
    Ok(())
}

#[tokio::test]
async fn an_escrow_agent_does_what_agents_do() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    for (method, path, registry, agent) in [
        (
            "POST",
            "/report/escrow-agent-notification/example",
            401,
            200,
        ),
        (
            "GET",
            "/info/report/escrow-agent-notification/example/2026-10-10",
            200,
            200,
        ),
        (
            "GET",
            "/info/status/escrow-agent-notification/example",
            401,
            200,
        ),
        ("GET", "/info/status/registry/example", 200, 401),
        ("PUT", "/report/registry-escrow-report/example/1", 200, 401),
        ("GET", "/info/status/conformance-version", 404, 404),
        ("GET", "/info/probe-nodes", 200, 401),
    ] {
        for (user, password, expected) in [
            ("example_ry", "right", registry),
            ("example_dea", "agent", agent),
        ] {
            let got = connection
                .send(ask(method, path).basic(user, password))
                .await?;
            assert_eq!(got.status, expected, "{user}: {method} {path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn refusals_are_worded_as_on_the_wire() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let status = "/info/status/registry/example";
    for asked in [
        ask("GET", status),
        ask("GET", status).basic("example_ry", "wrong"),
        ask("GET", status).basic("nobody", "right"),
        ask("GET", "/info/status/registry/other").basic("example_ry", "right"),
    ] {
        let got = connection.send(asked).await?;
        assert_eq!(
            (got.status.as_u16(), got.text()),
            (401, "Invalid User and/or Password")
        );
        assert!(got.header(WWW_AUTHENTICATE).starts_with("Basic "));
        assert_eq!(got.header(CONTENT_TYPE), "text/plain; charset=utf-8");
    }
    let outside = Machine::new(&world).from(OUTSIDE);
    let got = outside
        .send(ask("GET", status).basic("example_ry", "right"))
        .await?;
    assert_eq!(got.status, 403);
    assert_eq!(
        got.text(),
        format!("Your IP address {OUTSIDE} is not allowed to connect")
    );

    let nothing = "/info/report/registrar-transactions/example/2026-09";
    let got = connection
        .send(ask("HEAD", nothing).basic("example_ry", "right"))
        .await?;
    assert_eq!((got.status.as_u16(), got.body.len()), (404, 0));
    assert_eq!(connection.send(ask("GET", "/nowhere")).await?.status, 404);
    let got = connection.send(ask("POST", nothing)).await?;
    assert_eq!((got.status.as_u16(), got.header(ALLOW)), (405, "HEAD"));
    Ok(())
}

#[tokio::test]
async fn a_right_password_is_remembered_until_it_changes() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let asked = || ask("GET", "/info/status/registry/example").basic("example_ry", "right");
    for _ in 0..10 {
        assert_eq!(connection.send(asked()).await?.status, 200);
    }
    assert_eq!(world.behind.state.verified.load(Relaxed), 1, "asked once");
    let changed = Known {
        version: 2,
        ..Known::registry("example", "new")
    };
    world.behind.know("example_ry", changed);
    assert_eq!(
        connection.send(asked()).await?.status,
        200,
        "nobody has told us yet"
    );
    world.tell_of_credential("example", 2).await?;
    nsp_kit::testbed::eventually(async || {
        let got = Machine::new(&world).send(asked()).await?;
        Ok((got.status == 401).then_some(()))
    })
    .await
}

#[tokio::test]
async fn too_many_passwords_from_one_address_are_slowed_down() -> anyhow::Result<()> {
    let world = World::with(|config| config.basic.tries_per_minute = 5).await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    let mut connection = Machine::new(&world).connect().await?;
    let right = || ask("GET", "/info/status/registry/example").basic("example_ry", "right");
    assert_eq!(connection.send(right()).await?.status, 200);
    let mut statuses = Vec::new();
    for index in 0..6 {
        let wrong =
            ask("GET", "/info/status/registry/example").basic("example_ry", &index.to_string());
        statuses.push(connection.send(wrong).await?.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 429, 429]);
    assert_eq!(
        connection.send(right()).await?.status,
        200,
        "who is known is not slowed down"
    );
    let elsewhere = Machine::new(&world).from("192.0.2.8");
    let wrong = ask("GET", "/info/status/registry/example").basic("example_ry", "x");
    assert_eq!(elsewhere.send(wrong).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() -> anyhow::Result<()> {
    let world = World::with(|config| config.limits.body_bytes = 100_000).await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    let put =
        ask("PUT", "/report/registrar-transactions/example/2026-10").basic("example_ry", "right");
    let machine = Machine::new(&world);
    let most = machine
        .send(put.clone().body(Bytes::from(vec![b'a'; 100_000])))
        .await?;
    assert_eq!(most.status, 200);
    let http2 = machine.http2();
    let got = http2
        .send(put.body(Bytes::from(vec![b'a'; 100_001])))
        .await?;
    assert_eq!(got.status, 413);
    assert_eq!(world.behind.state.submitted.lock().unwrap().len(), 1);
    Ok(())
}
