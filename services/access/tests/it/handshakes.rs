//! Certificates of every make, and both versions of TLS and HTTP.

use std::time::Duration;

use nsp_dane::Answer;

use crate::{
    certificates::{Identity, Kind, Shows},
    client::{Machine, ask},
    harness::{ROLES, World},
};

const PROBE_NODES: &str = "/info/probe-nodes";

async fn world_with(identity: &Identity, name: &str) -> anyhow::Result<World> {
    let world = World::start().await?;
    world.dns.vouch(name, &[identity]);
    world
        .publish("example", 1, &[World::client(name, &ROLES)])
        .await?;
    nsp_kit::testbed::eventually(async || {
        let got = Machine::new(&world)
            .showing(identity)
            .send(ask("GET", PROBE_NODES))
            .await?;
        Ok((got.status == 200).then_some(()))
    })
    .await?;
    Ok(world)
}

#[tokio::test]
async fn any_make_of_certificate_is_fine_with_tls_1_2_and_1_3_and_http_1_and_2()
-> anyhow::Result<()> {
    for kind in [Kind::V1, Kind::AlternativeName, Kind::Expired, Kind::Rsa] {
        let identity = Identity::make(kind, "tls.rsp.example")?;
        let world = world_with(&identity, "tls.rsp.example").await?;
        let machine = Machine::new(&world).showing(&identity);
        for machine in [
            machine.clone(),
            machine.clone().tls12(),
            machine.clone().http2(),
        ] {
            let mut connection = machine.connect().await?;
            for _ in 0..3 {
                let got = connection.send(ask("GET", PROBE_NODES)).await?;
                assert_eq!(got.status, 200, "{kind:?} {machine:?}");
            }
            let head = connection.send(ask("HEAD", PROBE_NODES)).await?;
            assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        }
        let nobody = Machine::new(&world).send(ask("GET", PROBE_NODES)).await?;
        assert_eq!(
            (nobody.status.as_u16(), nobody.text()),
            (401, "Invalid User and/or Password")
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_stolen_certificate_is_no_use_without_its_key() -> anyhow::Result<()> {
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    let thief = Identity::make(Kind::V1, "tls.rsp.example")?;
    let world = world_with(&identity, "tls.rsp.example").await?;
    let Shows(key) = Shows(thief.key.clone());
    let mixed = Identity {
        key: std::sync::Arc::new(tokio_rustls::rustls::sign::CertifiedKey::new(
            identity.key.cert.clone(),
            key.key.clone(),
        )),
        ..identity.clone()
    };
    for machine in [Machine::new(&world), Machine::new(&world).tls12()] {
        let machine = machine.showing(&mixed);
        assert!(
            machine.send(ask("GET", PROBE_NODES)).await.is_err(),
            "{machine:?}"
        );
        let honest = machine
            .showing(&identity)
            .send(ask("GET", PROBE_NODES))
            .await?;
        assert_eq!(honest.status, 200);
    }
    Ok(())
}

#[tokio::test]
async fn only_secure_records_vouch() -> anyhow::Result<()> {
    let identity = Identity::make(Kind::V1, "tls.rsp.example")?;
    for (answer, status) in [
        (Answer::Insecure(vec![identity.tlsa()]), 401),
        (Answer::Bogus(nsp_dane::Doubt::Invalid), 401),
        (Answer::NoName { ttl: 60 }, 401),
        (Answer::NoRecord { ttl: 60 }, 401),
        // It cannot be told: nobody is admitted, and nobody told that the certificate is wrong.
        (Answer::Unavailable("down".to_owned()), 503),
    ] {
        let world = World::start().await?;
        world.dns.say("tls.rsp.example", answer.clone());
        world
            .publish("example", 1, &[World::client("tls.rsp.example", &ROLES)])
            .await?;
        let machine = Machine::new(&world).showing(&identity);
        nsp_kit::testbed::eventually(async || Ok((world.dns.asked() > 0).then_some(()))).await?;
        let got = machine.send(ask("GET", PROBE_NODES)).await?;
        assert_eq!(got.status, status, "{answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_makes_us_ask_about_names_that_are_not_registered() -> anyhow::Result<()> {
    let world = World::start().await?;
    let stranger = Identity::make(Kind::V1, "stranger.example")?;
    let got = Machine::new(&world)
        .showing(&stranger)
        .send(ask("GET", PROBE_NODES))
        .await?;
    assert_eq!(got.status, 401);
    assert_eq!(world.dns.asked(), 0);
    Ok(())
}

#[tokio::test]
async fn a_setting_refuses_certificates_beyond_their_dates() -> anyhow::Result<()> {
    let identity = Identity::make(Kind::Expired, "tls.rsp.example")?;
    let mut world = world_with(&identity, "tls.rsp.example").await?;
    world.config.certificates.allow_expired = false;
    world.run().await?;
    world.ready().await?;
    let got = Machine::new(&world)
        .showing(&identity)
        .send(ask("GET", PROBE_NODES))
        .await?;
    assert_eq!(got.status, 401);
    Ok(())
}

/// The certificate that machines see is exchanged without a restart.
#[tokio::test]
async fn the_servers_certificate_is_read_again() -> anyhow::Result<()> {
    let world = World::start().await?;
    let serial = async || -> anyhow::Result<Vec<u8>> {
        let stream = Machine::new(&world).tls().await?;
        Ok(stream.get_ref().1.peer_certificates().unwrap()[0].to_vec())
    };
    let before = serial().await?;
    let authority = nsp_testbed_authority(&world)?;
    let fresh = authority.issue("access-server")?;
    // Another time of change than the first files', also on coarse clocks.
    tokio::time::sleep(Duration::from_millis(20)).await;
    std::fs::write(&world.config.server.key, fresh.key)?;
    std::fs::write(&world.config.server.certificate, fresh.certificate)?;
    nsp_kit::testbed::eventually(async || Ok((serial().await? != before).then_some(()))).await
}

fn nsp_testbed_authority(world: &World) -> anyhow::Result<nsp_testbed::ca::Authority> {
    nsp_testbed::ca::Authority::open(world.authority().parent().unwrap())
}
