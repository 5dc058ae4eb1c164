//! MoSAPI: sessions, documents, maintenance windows.

use http::header::{CONTENT_ENCODING, ETAG, LAST_MODIFIED, SET_COOKIE};
use jiff::SignedDuration;
use nsp_kit::testbed::eventually;
use serde_json::json;

use crate::{
    behind::Known,
    certificates::{Identity, Kind},
    client::{Machine, ask},
    harness::{OUTSIDE, ROLES, World},
};

const STATE: &str = "/ry/example/v2/monitoring/state";
const NOT_AUTHENTICATED: &str = "The client could not be authenticated using any of the available methods: TLS-Client-Authentication or Session Cookie.";

async fn world() -> anyhow::Result<World> {
    let world = World::start().await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    world
        .behind
        .know("second_ry", Known::registry("second", "right"));
    Ok(world)
}

fn cookie(set: &str) -> String {
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_from_login_to_logout() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let refused = connection
        .send(ask("GET", STATE).basic("example_ry", "right"))
        .await?;
    assert_eq!(
        (refused.status.as_u16(), refused.text()),
        (401, NOT_AUTHENTICATED)
    );

    let login = connection
        .send(ask("GET", "/ry/example/login").basic("example_ry", "right"))
        .await?;
    assert_eq!(
        (login.status.as_u16(), login.text()),
        (200, "Login successful")
    );
    let set = login.header(SET_COOKIE).to_owned();
    assert!(
        set.ends_with(
            "; Expires=Tue, 24 Nov 2026 12:15:00 GMT; Path=/ry/example; Secure; HttpOnly"
        ),
        "{set}"
    );
    let id = cookie(&set);
    assert_eq!(id.len(), "id=".len() + 40);

    let got = connection
        .send(ask("GET", STATE).header("cookie", format!("a=b; {id}")))
        .await?;
    assert_eq!(got.status, 200);
    let elsewhere = ask("GET", "/ry/second/v2/monitoring/state").header("cookie", &id);
    assert_eq!(connection.send(elsewhere).await?.status, 401);
    let outside = Machine::new(&world).from(OUTSIDE);
    assert_eq!(
        outside
            .send(ask("GET", STATE).header("cookie", &id))
            .await?
            .status,
        403
    );

    let logout = || ask("GET", "/ry/example/logout").header("cookie", &id);
    let got = connection.send(logout()).await?;
    assert_eq!(
        (got.status.as_u16(), got.text()),
        (200, "Logout successful")
    );
    assert!(got.header(SET_COOKIE).contains("Expires=Thu, 01 Jan 1970"));
    assert_eq!(connection.send(logout()).await?.status, 401);
    assert_eq!(
        connection
            .send(ask("GET", STATE).header("cookie", &id))
            .await?
            .status,
        401
    );
    Ok(())
}

#[tokio::test]
async fn one_session_for_each_user_and_fifteen_minutes() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let mut ids = Vec::new();
    for method in ["GET", "POST", "HEAD"] {
        let login = ask(method, "/ry/example/login").basic("example_ry", "right");
        ids.push(cookie(connection.send(login).await?.header(SET_COOKIE)));
    }
    for (id, expected) in ids.iter().zip([401, 401, 200]) {
        assert_eq!(
            connection
                .send(ask("GET", STATE).header("cookie", id))
                .await?
                .status,
            expected
        );
    }
    world.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(
        connection
            .send(ask("GET", STATE).header("cookie", &ids[2]))
            .await?
            .status,
        401
    );
    Ok(())
}

#[tokio::test]
async fn logins_of_one_user_are_limited() -> anyhow::Result<()> {
    let world = World::with(|config| config.sessions.logins_per_minute = 2).await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    let mut connection = Machine::new(&world).connect().await?;
    for expected in [200, 200, 429] {
        let login = ask("GET", "/ry/example/login").basic("example_ry", "right");
        let got = connection.send(login).await?;
        assert_eq!(got.status, expected);
        assert_eq!(got.headers.contains_key("retry-after"), expected == 429);
    }
    Ok(())
}

#[tokio::test]
async fn a_certificate_needs_no_login_and_has_four_connections() -> anyhow::Result<()> {
    let world = world().await?;
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    world.dns.vouch("tls.rsp.example", &[&identity]);
    world
        .publish("example", 1, &[World::client("tls.rsp.example", &ROLES)])
        .await?;
    let machine = Machine::new(&world).showing(&identity);
    eventually(async || {
        let got = machine.send(ask("GET", "/info/probe-nodes")).await?;
        Ok((got.status == 200).then_some(()))
    })
    .await?;
    let mut open = Vec::new();
    for expected in [200, 200, 200, 200, 429] {
        let mut connection = machine.connect().await?;
        assert_eq!(connection.send(ask("GET", STATE)).await?.status, expected);
        assert_eq!(
            connection
                .send(ask("GET", "/info/probe-nodes"))
                .await?
                .status,
            200,
            "RRI has no such limit"
        );
        open.push(connection);
    }
    open.remove(0);
    eventually(async || Ok((machine.send(ask("GET", STATE)).await?.status == 200).then_some(())))
        .await
}

#[tokio::test]
async fn documents_come_compressed_and_only_when_they_are_news() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let login = ask("GET", "/ry/example/login").basic("example_ry", "right");
    let id = cookie(connection.send(login).await?.header(SET_COOKIE));
    let path = "/ry/example/v2/monitoring/dns/incidents?startDate=2026-11-01&endDate=2026-11-02";
    let asked = || ask("GET", path).header("cookie", &id);
    let plain = connection.send(asked()).await?;
    assert_eq!(plain.body.len(), 2_000 + "{\"version\":2}".len());
    assert_eq!(plain.header(LAST_MODIFIED), "Tue, 24 Nov 2026 04:00:00 GMT");
    let gzip = connection
        .send(asked().header("accept-encoding", "gzip, deflate"))
        .await?;
    assert_eq!(gzip.header(CONTENT_ENCODING), "gzip");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&gzip.body[..]), &mut text)?;
    assert_eq!(text, plain.text());
    let same = connection
        .send(asked().header("if-none-match", plain.header(ETAG)))
        .await?;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    assert_eq!(
        connection
            .send(asked().header("accept", "text/xml"))
            .await?
            .status,
        406
    );
    let documents = world.behind.state.documents.lock().unwrap();
    let (asked_path, query) = &documents[0];
    assert_eq!(
        (asked_path.as_str(), query.as_str()),
        ("dns/incidents", "startDate=2026-11-01&endDate=2026-11-02")
    );
    Ok(())
}

#[tokio::test]
async fn maintenance_windows_are_put_read_listed_and_deleted() -> anyhow::Result<()> {
    let world = world().await?;
    let mut connection = Machine::new(&world).connect().await?;
    let basic = |method, path: &str| ask(method, path.to_owned()).basic("example_ry", "right");
    let path = "/maintenance-window/example/upgrade.1";
    let schedule = json!({
        "name": "Upgrade", "description": "Of the servers", "enabled": true, "services": ["DNS"],
        "startTime": "2026-12-01T00:00:00Z", "endTime": "2026-12-01T02:00:00Z",
    });
    let put = |schedule: &serde_json::Value| {
        basic("PUT", path).body(json!({"version": 2, "schedule": schedule}).to_string())
    };
    for _ in 0..2 {
        let got = connection.send(put(&schedule)).await?;
        assert_eq!(got.status, 200);
        let answer: serde_json::Value = serde_json::from_slice(&got.body)?;
        assert_eq!(answer["schedule"]["scheduleID"], "upgrade.1");
        assert_eq!(answer["schedule"]["startTime"], "2026-12-01T00:00:00Z");
    }
    let list = connection
        .send(basic("GET", "/maintenance-window/example"))
        .await?;
    let list: serde_json::Value = serde_json::from_slice(&list.body)?;
    assert_eq!(list["schedules"].as_array().unwrap().len(), 1);
    assert_eq!(connection.send(basic("GET", path)).await?.status, 200);

    let mut backwards = schedule.clone();
    backwards["endTime"] = "2026-12-01T00:00:00Z".into();
    let got = connection.send(put(&backwards)).await?;
    let answer: serde_json::Value = serde_json::from_slice(&got.body)?;
    assert_eq!(
        (got.status.as_u16(), &answer["resultCode"]),
        (400, &json!(2007))
    );
    for body in ["", "{}", "[1", "{\"schedule\":{\"name\":1}}"] {
        let got = connection.send(basic("PUT", path).body(body)).await?;
        let answer: serde_json::Value = serde_json::from_slice(&got.body)?;
        assert_eq!(
            (got.status.as_u16(), &answer["resultCode"]),
            (400, &json!(2001)),
            "{body}"
        );
    }
    for expected in [200, 404] {
        assert_eq!(
            connection.send(basic("DELETE", path)).await?.status,
            expected
        );
    }
    Ok(())
}
