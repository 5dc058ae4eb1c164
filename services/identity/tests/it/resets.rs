//! A new password by mail (ID-8).

use nsp_kit::testbed::eventually;
use nsp_proto::{
    events::v1::MessageRequested,
    identity::v1::{
        CheckPasswordResetRequest, GetRecipientRequest, Recipient, RequestPasswordResetRequest,
        ResetPasswordRequest, ResetPasswordResponse, sign_in_attempt::Next,
        user_service_client::UserServiceClient,
    },
};
use tonic::{Code, Result};

use crate::{
    harness::{World, fields, refused},
    people::{Enrolled, PASSWORD},
};

const NEW: &str = "copper violin thunder";

impl World {
    async fn wish(&self, email: &str) -> Result<()> {
        let request = RequestPasswordResetRequest {
            email: email.to_owned(),
        };
        self.sign_in()
            .request_password_reset(request)
            .await
            .map(drop)
    }

    /// The mails with a link, once there are `count`.
    async fn reset_mails(&self, count: usize) -> anyhow::Result<Vec<MessageRequested>> {
        eventually(async || {
            let mails = self.events::<MessageRequested>(0).await?.into_iter();
            let mails: Vec<_> = mails
                .filter(|mail| mail.template == "password_reset")
                .collect();
            Ok((mails.len() >= count).then_some(mails))
        })
        .await
    }

    /// Every wish has been looked at.
    async fn all_answered(&self) -> anyhow::Result<()> {
        eventually(async || {
            let open: bool = sqlx::query_scalar("select exists (select from reset_requests)")
                .fetch_one(&self.owner)
                .await?;
            Ok((!open).then_some(()))
        })
        .await
    }

    async fn recipient(&self, name: &str, link: &str) -> anyhow::Result<Result<Recipient>> {
        let mut client = UserServiceClient::new(self.caller("mail")?);
        let request = GetRecipientRequest {
            name: name.to_owned(),
            link: link.to_owned(),
        };
        Ok(client
            .get_recipient(request)
            .await
            .map(tonic::Response::into_inner))
    }

    /// The token that the mail to `who` carries.
    async fn token(&self, who: &Enrolled) -> anyhow::Result<String> {
        self.wish(&who.user.email).await?;
        let mails = self.reset_mails(1).await?;
        let mail = mails.last().unwrap();
        let recipient = self.recipient(&mail.recipients[0], &mail.link).await??;
        let token = recipient.link_path.strip_prefix("/sign-in/reset/");
        Ok(token.unwrap().to_owned())
    }

    async fn reset(&self, token: &str, new_password: &str) -> Result<ResetPasswordResponse> {
        let request = ResetPasswordRequest {
            token: token.to_owned(),
            new_password: new_password.to_owned(),
        };
        Ok(self.sign_in().reset_password(request).await?.into_inner())
    }

    async fn is_good(&self, token: &str) -> Result<bool> {
        let request = CheckPasswordResetRequest {
            token: token.to_owned(),
        };
        Ok(self
            .sign_in()
            .check_password_reset(request)
            .await?
            .into_inner()
            .good)
    }
}

#[tokio::test]
async fn a_link_sets_a_new_password_once_and_ends_all_sessions() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let token = world.token(&jane).await?;
    assert!(world.is_good(&token).await?);
    world.reset(&token, NEW).await?;

    refused(
        world.authenticate(&session.secret).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    let old = world.enter(&jane.user.email, PASSWORD).await;
    refused(old, Code::Unauthenticated, "SIGN_IN_FAILED");
    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, NEW).await?;
    assert_eq!(attempt.next(), Next::SecondFactor);

    assert!(!world.is_good(&token).await?);
    let again = world.reset(&token, "another violin thunder").await;
    refused(again, Code::FailedPrecondition, "RESET_ENDED");
    let revoked = world
        .events::<nsp_proto::events::v1::SessionRevoked>(1)
        .await?;
    assert_eq!(revoked[0].session, session.name());
    let actions = world.audited().await?;
    for action in [
        "password.reset-requested",
        "password.reset",
        "session.revoked",
    ] {
        assert!(
            actions.contains(&action.to_owned()),
            "{action}: {actions:?}"
        );
    }
    let mails = world.events::<MessageRequested>(3).await?;
    assert_eq!(mails[2].template, "password_changed");
    Ok(())
}

#[tokio::test]
async fn a_link_works_for_half_an_hour() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let token = world.token(&jane).await?;
    world.advance_minutes(29);
    assert!(world.is_good(&token).await?);
    world.advance_minutes(1);
    assert!(!world.is_good(&token).await?);
    refused(
        world.reset(&token, NEW).await,
        Code::FailedPrecondition,
        "RESET_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn only_whole_tokens_of_ours_work() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let token = world.token(&jane).await?;
    let end = if token.ends_with('A') { "E" } else { "A" };
    let forged = format!("{}{end}", &token[..token.len() - 1]);
    for wrong in ["", "nonsense", &token[..40], &forged] {
        assert!(!world.is_good(wrong).await?, "{wrong}");
        refused(
            world.reset(wrong, NEW).await,
            Code::FailedPrecondition,
            "RESET_ENDED",
        );
    }
    // A weak password leaves the link good.
    assert_eq!(fields(world.reset(&token, "short").await), ["new_password"]);
    assert_eq!(
        fields(world.reset(&token, "jane@acme.example").await),
        ["new_password"]
    );
    world.reset(&token, NEW).await?;
    Ok(())
}

#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_and_no_mail() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.enrolled("dora").await?;
    world.execute("update users set state = 'disabled'").await?;
    world.wish("nobody@acme.example").await?;
    world.wish("dora@acme.example").await?;
    world.all_answered().await?;
    assert!(world.reset_mails(0).await?.is_empty());
    assert!(
        !world
            .audited()
            .await?
            .contains(&"password.reset-requested".to_owned())
    );
    assert_eq!(fields(world.wish("nobody").await), ["email"]);
    Ok(())
}

#[tokio::test]
async fn a_mailbox_is_not_flooded() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    for _ in 0..6 {
        world.wish(&jane.user.email).await?;
    }
    world.all_answered().await?;
    let links: i64 = sqlx::query_scalar("select count(*) from password_resets")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(links, 3);
    Ok(())
}

#[tokio::test]
async fn the_link_is_given_to_mail_for_its_user_only_and_is_the_same_each_time()
-> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let omar = world.enrolled("omar").await?;
    world.wish(&jane.user.email).await?;
    let mail = world.reset_mails(1).await?.remove(0);
    assert_eq!(mail.recipients, [jane.user.id.to_string()]);
    assert!(mail.values.is_empty());

    let first = world.recipient(&mail.recipients[0], &mail.link).await??;
    let second = world.recipient(&mail.recipients[0], &mail.link).await??;
    assert_eq!(first, second);
    assert_eq!(
        (first.email.as_str(), first.time_zone.as_str()),
        ("jane@acme.example", "Europe/Lisbon")
    );
    let plain = world.recipient(&mail.recipients[0], "").await??;
    assert_eq!(plain.link_path, "");
    let other = world
        .recipient(&omar.user.id.to_string(), &mail.link)
        .await?;
    refused(other, Code::FailedPrecondition, "RESET_ENDED");
    let wrong = world.recipient("jane", "somewhere").await?;
    assert_eq!(fields(wrong), ["name", "link"]);
    world.execute("update users set state = 'disabled'").await?;
    let gone = world.recipient(&mail.recipients[0], "").await?;
    refused(gone, Code::NotFound, "USER_NOT_FOUND");
    Ok(())
}
