//! Who is let in: every combination of role, TLD, address, certificate and password.

use std::collections::HashMap;

use http::{StatusCode, header::SET_COOKIE};
use jiff::SignedDuration;
use nsp_proto::tlsauth::v1::TlsRole;

use crate::{
    behind::Known,
    certificates::{Identity, Kind},
    client::{Ask, Connection, Machine, ask},
    harness::{INSIDE, OUTSIDE, ROLES, World},
};

/// What somebody shows in the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Certificate {
    None,
    Known,
    Unknown,
    /// Vouched for, and over.
    Expired,
    /// Replaced: the records vouch for the next one only.
    RolledOut,
    /// The next one.
    RolledIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Password {
    None,
    Right,
    Wrong,
    /// Right, while the user is locked.
    Locked,
}

const CERTIFICATES: [Certificate; 6] = [
    Certificate::None,
    Certificate::Known,
    Certificate::Unknown,
    Certificate::Expired,
    Certificate::RolledOut,
    Certificate::RolledIn,
];
const PASSWORDS: [Password; 4] = [
    Password::None,
    Password::Right,
    Password::Wrong,
    Password::Locked,
];

/// Whether a way of coming in lets one in, as the reference has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    WrongAddress,
    No,
}

fn expected(
    tld_right: bool,
    inside: bool,
    certificate: Certificate,
    password: Password,
) -> StatusCode {
    let way = |fits: bool| match (fits && tld_right, inside) {
        (false, _) => Way::No,
        (true, true) => Way::In,
        (true, false) => Way::WrongAddress,
    };
    let vouched_for = matches!(
        certificate,
        Certificate::Known | Certificate::Expired | Certificate::RolledIn
    );
    let ways = [way(vouched_for), way(password == Password::Right)];
    if ways.contains(&Way::In) {
        StatusCode::OK
    } else if ways.contains(&Way::WrongAddress) {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::UNAUTHORIZED
    }
}

/// Something that each role is for.
fn request(role: TlsRole, tld: &str) -> Ask {
    let (method, path) = match role {
        TlsRole::MonthlyReporting => (
            "HEAD",
            format!("/info/report/registrar-transactions/{tld}/2026-10"),
        ),
        TlsRole::DataEscrow => (
            "GET",
            format!("/info/report/registry-escrow-report/{tld}/2026-10-01"),
        ),
        TlsRole::SlamData => ("GET", format!("/ry/{tld}/v2/monitoring/state")),
        TlsRole::DaarData => ("GET", format!("/ry/{tld}/v2/metrica/domainList/latest")),
        TlsRole::RdapUrlList => ("GET", format!("/mosapi/v1/{tld}/registrarRdapBaseUrl/list")),
        TlsRole::MaintenanceWindow => ("GET", format!("/maintenance-window/{tld}")),
        TlsRole::ProbeNodeList => ("GET", format!("/ry/{tld}/v2/probeNodes")),
        TlsRole::Unspecified => unreachable!("not one of the seven"),
    };
    ask(method, path)
}

/// The part of the address that a MoSAPI session is for; none for RRI.
fn scope(role: TlsRole, tld: &str) -> Option<String> {
    match role {
        TlsRole::SlamData | TlsRole::DaarData | TlsRole::ProbeNodeList => {
            Some(format!("/ry/{tld}"))
        }
        TlsRole::RdapUrlList => Some(format!("/mosapi/v1/{tld}")),
        _ => None,
    }
}

#[tokio::test]
async fn the_whole_matrix() -> anyhow::Result<()> {
    let world = World::start().await?;
    let mut identities = HashMap::new();
    for (certificate, kind, name) in [
        (Certificate::Known, Kind::V1, "known.rsp.example"),
        (Certificate::Unknown, Kind::V1, "known.rsp.example"),
        (Certificate::Expired, Kind::Expired, "expired.rsp.example"),
        (
            Certificate::RolledOut,
            Kind::AlternativeName,
            "rolled.rsp.example",
        ),
        (
            Certificate::RolledIn,
            Kind::AlternativeName,
            "rolled.rsp.example",
        ),
    ] {
        identities.insert(certificate, Identity::make(kind, name)?);
    }
    world
        .dns
        .vouch("known.rsp.example", &[&identities[&Certificate::Known]]);
    world
        .dns
        .vouch("expired.rsp.example", &[&identities[&Certificate::Expired]]);
    world
        .dns
        .vouch("rolled.rsp.example", &[&identities[&Certificate::RolledIn]]);
    let clients: Vec<_> = ["known", "expired", "rolled"]
        .map(|name| World::client(&format!("{name}.rsp.example"), &ROLES))
        .into();
    // Users of `locked` are locked; certificates are good for both.
    world.publish("example", 1, &clients).await?;
    world.publish("locked", 1, &clients).await?;
    world.publish("other", 1, &[]).await?;
    world
        .behind
        .know("example_ry", Known::registry("example", "right"));
    let until = world.clock.now() + SignedDuration::from_hours(1);
    world.behind.know(
        "locked_ry",
        Known {
            locked: Some(until),
            ..Known::registry("locked", "right")
        },
    );
    settled(&world, &identities[&Certificate::Known]).await?;

    let mut cases = 0;
    for certificate in CERTIFICATES {
        for inside in [true, false] {
            let mut machine = Machine::new(&world).from(if inside { INSIDE } else { OUTSIDE });
            if let Some(identity) = identities.get(&certificate) {
                machine = machine.showing(identity);
            }
            let mut connection = machine.connect().await?;
            for role in ROLES {
                for tld_right in [true, false] {
                    for password in PASSWORDS {
                        let case = (certificate, inside, role, tld_right, password);
                        let asked = with_password(
                            &world,
                            &mut connection,
                            role,
                            tld_right,
                            inside,
                            password,
                        )
                        .await?;
                        let got = connection.send(asked).await?;
                        let expected = expected(tld_right, inside, certificate, password);
                        assert_eq!(got.status, expected, "{case:?}");
                        if expected == StatusCode::FORBIDDEN && role != TlsRole::MonthlyReporting {
                            let text =
                                format!("Your IP address {OUTSIDE} is not allowed to connect");
                            assert_eq!(got.text(), text, "{case:?}");
                        }
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 6 * 2 * 7 * 2 * 4);
    Ok(())
}

/// The request with a password, or for MoSAPI with what a login with it gives.
async fn with_password(
    world: &World,
    connection: &mut Connection,
    role: TlsRole,
    tld_right: bool,
    inside: bool,
    password: Password,
) -> anyhow::Result<Ask> {
    let own = if password == Password::Locked {
        "locked"
    } else {
        "example"
    };
    let tld = if tld_right { own } else { "other" };
    let asked = request(role, tld);
    let (user, secret) = match password {
        Password::None => return Ok(asked),
        Password::Right | Password::Locked => (format!("{own}_ry"), "right"),
        Password::Wrong => (format!("{own}_ry"), "wrong"),
    };
    let Some(scope) = scope(role, tld) else {
        return Ok(asked.basic(&user, secret));
    };
    // From inside, so that a session can be carried outside.
    let mut at_home = if inside {
        None
    } else {
        Some(Machine::new(world).connect().await?)
    };
    let login = ask("GET", format!("{scope}/login")).basic(&user, secret);
    let answer = at_home.as_mut().unwrap_or(connection).send(login).await?;
    let right = tld_right && password == Password::Right;
    let status = if right {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    };
    assert_eq!(answer.status, status, "login of {user} at {scope}");
    let cookie = answer
        .header(SET_COOKIE)
        .split(';')
        .next()
        .unwrap_or_default();
    Ok(if right {
        asked.header("cookie", cookie)
    } else {
        asked
    })
}

/// Waits until the policy is in force.
async fn settled(world: &World, known: &Identity) -> anyhow::Result<()> {
    let machine = Machine::new(world).showing(known);
    nsp_kit::testbed::eventually(async || {
        let one = machine
            .send(ask("GET", "/maintenance-window/example"))
            .await?;
        let other = machine
            .send(ask("GET", "/maintenance-window/locked"))
            .await?;
        Ok((one.status == 200 && other.status == 200).then_some(()))
    })
    .await
}

/// A certificate does what its role is for, and nothing else.
#[tokio::test]
async fn a_role_is_for_its_own_interfaces() -> anyhow::Result<()> {
    let world = World::start().await?;
    let mut identities = Vec::new();
    let mut clients = Vec::new();
    for (index, role) in ROLES.into_iter().enumerate() {
        let name = format!("role{index}.rsp.example");
        let identity = Identity::make(Kind::V1, &name)?;
        world.dns.vouch(&name, &[&identity]);
        clients.push(World::client(&name, &[role]));
        identities.push(identity);
    }
    let everything = Identity::make(Kind::V1, "known.rsp.example")?;
    world.dns.vouch("known.rsp.example", &[&everything]);
    clients.push(World::client("known.rsp.example", &ROLES));
    world.publish("example", 1, &clients).await?;
    world.publish("locked", 1, &clients).await?;
    settled(&world, &everything).await?;
    for (held, identity) in ROLES.into_iter().zip(&identities) {
        let mut connection = Machine::new(&world).showing(identity).connect().await?;
        for asked in ROLES {
            let got = connection.send(request(asked, "example")).await?;
            let expected = if held == asked { 200 } else { 401 };
            assert_eq!(got.status, expected, "{held:?} asks for what {asked:?} may");
        }
        let agents = connection
            .send(ask("POST", "/report/escrow-agent-notification/example"))
            .await?;
        assert_eq!(agents.status, 401, "{held:?} is no escrow agent");
        let anybody = connection
            .send(ask("GET", "/info/status/conformance-version"))
            .await?;
        assert_eq!(anybody.status, 404, "an answer to everybody who is known");
    }
    Ok(())
}
