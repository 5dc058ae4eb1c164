//! A person's profile (ID-14).

use nsp_proto::{
    events::v1::UserUpdated,
    identity::v1::{GetProfileRequest, UpdateProfileRequest, User, user::Theme},
};
use tonic::Code;

use crate::harness::{World, fields, refused};

#[tokio::test]
async fn a_person_changes_their_choices_and_nothing_else() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let before = session
        .users()
        .get_profile(GetProfileRequest {})
        .await?
        .into_inner();
    let wanted = User {
        name: "users/somebody-else".to_owned(),
        email: "other@acme.example".to_owned(),
        staff: true,
        time_zone: "Asia/Tokyo".to_owned(),
        theme: Theme::Dark.into(),
        mail_case_updates: false,
        ..before.clone()
    };
    let request = |user: User| UpdateProfileRequest { user: Some(user) };
    let after = session
        .users()
        .update_profile(request(wanted.clone()))
        .await?
        .into_inner();
    assert_eq!(
        (after.time_zone.as_str(), after.theme()),
        ("Asia/Tokyo", Theme::Dark)
    );
    assert!(!after.mail_case_updates && !after.staff);
    assert_eq!((&after.email, &after.name), (&before.email, &before.name));
    assert_ne!(after.etag, before.etag);
    let read = session
        .users()
        .get_profile(GetProfileRequest {})
        .await?
        .into_inner();
    assert_eq!(read, after);
    assert_eq!(world.events::<UserUpdated>(1).await?[0].user, before.name);

    let stale = session.users().update_profile(request(wanted)).await;
    refused(stale, Code::Aborted, "PROFILE_CHANGED");
    Ok(())
}

#[tokio::test]
async fn every_wrong_choice_is_named() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let request = UpdateProfileRequest {
        user: Some(User::default()),
    };
    let answer = session.users().update_profile(request).await;
    assert_eq!(
        fields(answer),
        ["user.time_zone", "user.language", "user.theme"]
    );
    let answer = session
        .users()
        .update_profile(UpdateProfileRequest { user: None })
        .await;
    assert_eq!(fields(answer), ["user"]);
    Ok(())
}
