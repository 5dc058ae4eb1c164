//! A session that was ended is out in every service, though its token is good for minutes.

use std::collections::BTreeMap;

use nsp_kit::{client::Channel, status::reason, testbed::eventually};
use nsp_proto::{
    access::METHODS,
    auth::v1::Role,
    identity::v1::{RevokeSessionRequest, session_service_client::SessionServiceClient},
};
use nsp_test_client::raw::{call, service_of};
use nsp_tests::world::World;

/// One method of each service that `role` may call.
fn methods(role: Role) -> BTreeMap<&'static str, &'static str> {
    let allowed = METHODS
        .iter()
        .filter(|method| method.allows_person(&[role]));
    allowed
        .map(|method| (service_of(method.path), method.path))
        .collect()
}

/// Whether the service still takes the token, whatever else it says to an empty message.
async fn admits(channel: Channel, path: &str) -> bool {
    match call(channel, path, Vec::new()).await {
        Ok(_) => true,
        Err(status) => reason(&status) != "SESSION_ENDED",
    }
}

#[tokio::test]
async fn every_service_refuses_the_token_of_a_session_that_was_ended() -> anyhow::Result<()> {
    let world = World::start().await?;
    let [stolen, own] = [world.sign_in("ada").await?, world.sign_in("ada").await?];
    let methods = methods(Role::StaffAgent);
    assert!(methods.len() >= 4, "{methods:?}");
    for (service, path) in &methods {
        for session in [&stolen, &own] {
            let channel = world.acting(service, &session.session.token)?;
            assert!(admits(channel, path).await, "{path}");
        }
    }

    let gone = stolen.session.session.map(|session| session.name);
    let revoke = RevokeSessionRequest {
        name: gone.unwrap_or_default(),
    };
    SessionServiceClient::new(world.acting("identity", &own.session.token)?)
        .revoke_session(revoke)
        .await?;

    for (service, path) in &methods {
        let channel = world.acting(service, &stolen.session.token)?;
        eventually(async || Ok((!admits(channel.clone(), path).await).then_some(()))).await?;
        let channel = world.acting(service, &own.session.token)?;
        assert!(admits(channel, path).await, "the other session at {path}");
    }
    Ok(())
}
