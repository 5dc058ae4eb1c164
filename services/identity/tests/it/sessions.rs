//! Sessions: their ends, their list, and the account they act for (ID-5, ID-7).

use nsp_kit::id::AccountId;
use nsp_proto::{
    auth::v1::Role,
    events::v1::SessionRevoked,
    identity::v1::{
        ListSessionsRequest, RevokeOtherSessionsRequest, RevokeSessionRequest, SwitchAccountRequest,
    },
};
use tonic::Code;

use crate::harness::{World, fields, refused};

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.session(&jane).await?.secret;
    world.advance_minutes(29);
    world.authenticate(&session).await?;
    world.advance_minutes(29);
    world.authenticate(&session).await?;
    world.advance_minutes(30);
    refused(
        world.authenticate(&session).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    refused(
        world.authenticate("nonsense").await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_in_any_case() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.session(&jane).await?.secret;
    for _ in 0..29 {
        world.advance_minutes(24);
        world.authenticate(&session).await?;
    }
    world.advance_minutes(22);
    // Two minutes before the end, a token is good for no longer than the session.
    let answer = world.authenticate(&session).await?;
    assert_eq!(
        answer.token_expire_time,
        answer.session.unwrap().expire_time
    );
    world.advance_minutes(2);
    refused(
        world.authenticate(&session).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn a_disabled_user_is_signed_out() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.session(&jane).await?.secret;
    world.execute("update users set state = 'disabled'").await?;
    refused(
        world.authenticate(&session).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn uses_are_written_once_a_minute() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let first = world.signed_in(&jane).await?;
    let used = |answer: &nsp_proto::identity::v1::AuthenticateResponse| {
        answer.session.clone().unwrap().last_use_time
    };
    world.clock.advance(jiff::SignedDuration::from_secs(59));
    assert_eq!(
        used(&world.authenticate(&first.secret).await?),
        used(&first.answer)
    );
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    assert_ne!(
        used(&world.authenticate(&first.secret).await?),
        used(&first.answer)
    );
    Ok(())
}

#[tokio::test]
async fn sessions_are_listed_latest_use_first_and_revoked_one_by_one() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let phone = world.signed_in(&jane).await?;
    let desk = world.signed_in(&jane).await?;

    let list = desk
        .sessions()
        .list_sessions(ListSessionsRequest {})
        .await?
        .into_inner();
    let names: Vec<_> = list
        .sessions
        .iter()
        .map(|session| session.name.clone())
        .collect();
    assert_eq!(names, [desk.name(), phone.name()]);
    assert!(list.sessions[0].current && !list.sessions[1].current);

    let request = RevokeSessionRequest { name: phone.name() };
    desk.sessions().revoke_session(request.clone()).await?;
    refused(
        world.authenticate(&phone.secret).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    let again = desk.sessions().revoke_session(request).await;
    refused(again, Code::NotFound, "SESSION_NOT_FOUND");
    let event = &world.events::<SessionRevoked>(1).await?[0];
    assert_eq!(
        (&event.session, &event.user),
        (&phone.name(), &jane.user.id.to_string())
    );
    assert!(
        world
            .audited()
            .await?
            .contains(&"session.revoked".to_owned())
    );

    // Signing out.
    let own = RevokeSessionRequest { name: desk.name() };
    desk.sessions().revoke_session(own).await?;
    refused(
        world.authenticate(&desk.secret).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    let tablet = world.signed_in(&jane).await?;
    let request = RevokeSessionRequest {
        name: "sessions/1".to_owned(),
    };
    assert_eq!(
        fields(tablet.sessions().revoke_session(request).await),
        ["name"]
    );
    Ok(())
}

#[tokio::test]
async fn all_other_sessions_are_revoked_at_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let omar = world.enrolled("omar").await?;
    let first = world.signed_in(&jane).await?;
    let second = world.signed_in(&jane).await?;
    let his = world.signed_in(&omar).await?;
    let present = world.signed_in(&jane).await?;

    let answer = present
        .sessions()
        .revoke_other_sessions(RevokeOtherSessionsRequest {})
        .await?;
    assert_eq!(answer.into_inner().count, 2);
    for gone in [&first, &second] {
        refused(
            world.authenticate(&gone.secret).await,
            Code::Unauthenticated,
            "SESSION_ENDED",
        );
    }
    world.authenticate(&present.secret).await?;
    world.authenticate(&his.secret).await?;
    assert_eq!(world.events::<SessionRevoked>(2).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_person_switches_between_their_accounts_only() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let zeta = world
        .member(jane.user.id, "Zeta", &["ROLE_TECHNICAL"])
        .await?;
    let acme = world
        .member(jane.user.id, "acme", &["ROLE_ADMINISTRATOR", "ROLE_CASES"])
        .await?;
    let omar = world.enrolled("omar").await?;
    let his = world
        .member(omar.user.id, "Ostrelle", &["ROLE_CASES"])
        .await?;
    world
        .execute("update memberships set tlds = '{towpath}' where roles = '{ROLE_TECHNICAL}'")
        .await?;

    // The first by name to begin with.
    let session = world.signed_in(&jane).await?;
    let acting = session.answer.acting.clone().unwrap();
    assert_eq!(acting.account, acme.to_string());
    assert_eq!(
        acting.roles,
        [Role::Administrator, Role::Cases].map(i32::from)
    );
    let names = session.answer.memberships.iter();
    let names: Vec<_> = names
        .map(|member| member.account_display_name.as_str())
        .collect();
    assert_eq!(names, ["acme", "Zeta"]);
    // It stays, whatever account comes before it by name from now on.
    let roles = &["ROLE_TECHNICAL"];
    let aardvark = world.member(jane.user.id, "Aardvark", roles).await?;
    let acting = world.authenticate(&session.secret).await?.acting.unwrap();
    assert_eq!(acting.account, acme.to_string());
    sqlx::query("delete from memberships where account = $1")
        .bind(aardvark)
        .execute(&world.owner)
        .await?;

    let switch = |account: String| SwitchAccountRequest { account };
    session
        .sessions()
        .switch_account(switch(zeta.to_string()))
        .await?;
    let acting = world.authenticate(&session.secret).await?.acting.unwrap();
    assert_eq!(
        (acting.account, acting.tlds),
        (zeta.to_string(), vec!["towpath".to_owned()])
    );
    for other in [his, AccountId::new()] {
        let answer = session
            .sessions()
            .switch_account(switch(other.to_string()))
            .await;
        refused(answer, Code::NotFound, "ACCOUNT_NOT_FOUND");
    }
    let answer = session
        .sessions()
        .switch_account(switch("acme".to_owned()))
        .await;
    assert_eq!(fields(answer), ["account"]);

    // A membership that is gone is not acted with any more.
    world
        .execute("delete from memberships where roles = '{ROLE_TECHNICAL}'")
        .await?;
    let acting = world.authenticate(&session.secret).await?.acting.unwrap();
    assert_eq!(acting.account, acme.to_string());
    Ok(())
}

#[tokio::test]
async fn staff_act_for_no_account() -> anyhow::Result<()> {
    let world = World::start().await?;
    let ada = world.staff("ada").await?;
    let ada = world.enrol(ada).await?;
    world.member(ada.user.id, "Acme", &["ROLE_CASES"]).await?;
    let session = world.signed_in(&ada).await?;
    let kept: Vec<Option<AccountId>> = sqlx::query_scalar("select acting_account from sessions")
        .fetch_all(&world.owner)
        .await?;
    assert!(kept.iter().all(Option::is_none), "{kept:?}");
    assert!(session.answer.acting.is_none() && session.answer.memberships.is_empty());
    assert!(session.answer.user.clone().unwrap().staff);
    let omar = world.enrolled("omar").await?;
    let his = world
        .member(omar.user.id, "Ostrelle", &["ROLE_CASES"])
        .await?;
    let request = SwitchAccountRequest {
        account: his.to_string(),
    };
    let answer = session.sessions().switch_account(request).await;
    refused(answer, Code::NotFound, "ACCOUNT_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn the_twenty_first_session_ends_the_one_that_was_not_used_for_longest() -> anyhow::Result<()>
{
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let mut sessions = Vec::new();
    for _ in 0..20 {
        sessions.push(world.signed_in(&jane).await?);
    }
    // The second is the one that rests.
    world.authenticate(&sessions[0].secret).await?;
    let newest = world.signed_in(&jane).await?;
    refused(
        world.authenticate(&sessions[1].secret).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    for kept in [&sessions[0], &sessions[2], &newest] {
        world.authenticate(&kept.secret).await?;
    }
    let mut client = newest.sessions();
    let list = client.list_sessions(ListSessionsRequest {}).await?;
    assert_eq!(list.into_inner().sessions.len(), 20);
    Ok(())
}
