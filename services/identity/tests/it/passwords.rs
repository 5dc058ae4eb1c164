//! Changing a password that one knows.

use nsp_kit::status::reason;
use nsp_proto::{
    events::v1::{MessageRequested, SessionRevoked},
    identity::v1::ChangePasswordRequest,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    harness::{World, fields, refused},
    people::PASSWORD,
};

const NEW: &str = "copper violin thunder";

fn change(current: &str, new: &str) -> ChangePasswordRequest {
    ChangePasswordRequest {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
    }
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one_and_ends_other_sessions() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let other = world.signed_in(&jane).await?;
    let present = world.signed_in(&jane).await?;
    let open = world.enter(&jane.user.email, PASSWORD).await?;
    present
        .users()
        .change_password(change(PASSWORD, NEW))
        .await?;

    world.authenticate(&present.secret).await?;
    refused(
        world.authenticate(&other.secret).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    let old = world.enter(&jane.user.email, PASSWORD).await;
    refused(old, Code::Unauthenticated, "SIGN_IN_FAILED");
    world.advance_minutes(1);
    world.enter(&jane.user.email, NEW).await?;
    // Who had begun with the old password does not get in with it.
    let shown =
        nsp_proto::identity::v1::complete_sign_in_request::Factor::TotpCode("123456".to_owned());
    refused(
        world.complete(&open.secret, shown).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );

    assert_eq!(
        world.events::<SessionRevoked>(1).await?[0].session,
        other.name()
    );
    let mails = world.events::<MessageRequested>(2).await?;
    assert!(mails.iter().any(|mail| mail.template == "password_changed"));
    assert!(
        world
            .audited()
            .await?
            .contains(&"password.changed".to_owned())
    );
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_the_passwords_is_said_at_the_field() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let try_it = async |current: &str, new: &str| {
        session.users().change_password(change(current, new)).await
    };
    assert_eq!(
        fields(try_it("", "short").await),
        ["current_password", "new_password"]
    );
    assert_eq!(
        fields(try_it("not my password", NEW).await),
        ["current_password"]
    );
    assert_eq!(fields(try_it(PASSWORD, PASSWORD).await), ["new_password"]);
    for (weak, problem) in [
        ("jane@acme.example", "is little more than your name"),
        ("passwordpassword", "is easy to guess"),
    ] {
        let status = try_it(PASSWORD, weak).await.unwrap_err();
        assert_eq!(reason(&status), "INVALID_FIELDS");
        let bad = status.get_details_bad_request().unwrap();
        assert!(bad.field_violations[0].description.starts_with(problem));
    }
    assert!(
        world
            .audited()
            .await?
            .contains(&"password.refused".to_owned())
    );
    world.advance_minutes(1);
    world.enter(&jane.user.email, PASSWORD).await?;
    Ok(())
}
