//! Users without a factor can do nothing but enrol one (ID-1).

use nsp_proto::{
    events::v1::MessageRequested,
    identity::v1::{
        CompleteEnrolmentRequest, StartEnrolmentRequest, complete_sign_in_request::Factor as Shown,
        sign_in_attempt::Next,
    },
};
use tonic::Code;

use crate::{
    harness::{World, fields, refused},
    people::{PASSWORD, wrong_code},
};

#[tokio::test]
async fn a_user_without_a_factor_enrols_one_and_is_signed_in() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.user("jane").await?;
    let attempt = world.enter(&jane.email, PASSWORD).await?;
    assert_eq!(attempt.next(), Next::Enrolment);
    let code = Shown::TotpCode("123456".to_owned());
    refused(
        world.complete(&attempt.secret, code).await,
        Code::FailedPrecondition,
        "ENROLMENT_REQUIRED",
    );

    let request = StartEnrolmentRequest {
        secret: attempt.secret.clone(),
    };
    let totp = world
        .sign_in()
        .start_enrolment(request.clone())
        .await?
        .into_inner();
    assert!(
        totp.address
            .starts_with("otpauth://totp/Test:jane%40acme.example?secret=")
    );
    let again = world.sign_in().start_enrolment(request).await?.into_inner();
    assert_eq!(totp, again);

    let done = world
        .finish_enrolment(&attempt.secret, &totp.secret)
        .await?;
    let codes = done.recovery_codes.unwrap().codes;
    assert_eq!(codes.len(), 10);
    let session = world.authenticate(&done.session.unwrap().secret).await?;
    assert_eq!(session.user.unwrap().email, jane.email);

    // Neither the TOTP secret nor a recovery code is at rest as it is.
    let kept: Vec<u8> = sqlx::query_scalar("select secret from totp_factors")
        .fetch_one(&world.owner)
        .await?;
    let plain = data_encoding::BASE32_NOPAD.decode(totp.secret.as_bytes())?;
    assert!(!kept.windows(plain.len()).any(|window| window == plain));
    let mail = &world.events::<MessageRequested>(1).await?[0];
    assert_eq!(mail.values["remark"], "Added: Phone.");
    assert_eq!(mail.template, "factor_changed");
    assert_eq!(
        (mail.values["what"].as_str(), mail.values["factor"].as_str()),
        ("added", "Phone")
    );
    assert!(world.audited().await?.contains(&"factor.added".to_owned()));
    Ok(())
}

#[tokio::test]
async fn who_has_a_factor_cannot_enrol_with_the_password_alone() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    let request = StartEnrolmentRequest {
        secret: attempt.secret.clone(),
    };
    refused(
        world.sign_in().start_enrolment(request).await,
        Code::FailedPrecondition,
        "FACTOR_REQUIRED",
    );
    refused(
        world.finish_enrolment(&attempt.secret, &jane.secret).await,
        Code::FailedPrecondition,
        "FACTOR_REQUIRED",
    );
    Ok(())
}

#[tokio::test]
async fn of_two_enrolments_at_once_the_first_wins() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.user("jane").await?;
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let attempt = world.enter(&jane.email, PASSWORD).await?.secret;
        let request = StartEnrolmentRequest {
            secret: attempt.clone(),
        };
        let totp = world.sign_in().start_enrolment(request).await?.into_inner();
        secrets.push((attempt, totp.secret));
    }
    world.finish_enrolment(&secrets[0].0, &secrets[0].1).await?;
    refused(
        world.finish_enrolment(&secrets[1].0, &secrets[1].1).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn wrong_codes_and_names_are_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.user("jane").await?;
    let attempt = world.enter(&jane.email, PASSWORD).await?;
    let request = CompleteEnrolmentRequest {
        secret: attempt.secret.clone(),
        display_name: "a\u{7}".to_owned(),
        ..Default::default()
    };
    let answer = world.sign_in().complete_enrolment(request).await;
    assert_eq!(fields(answer), ["totp_code", "display_name"]);

    let request = StartEnrolmentRequest {
        secret: attempt.secret.clone(),
    };
    let totp = world.sign_in().start_enrolment(request).await?.into_inner();
    for n in 1..=5 {
        let request = CompleteEnrolmentRequest {
            secret: attempt.secret.clone(),
            totp_code: wrong_code(&totp.secret, &world.clock),
            display_name: "Phone".to_owned(),
            client: None,
        };
        let answer = world.sign_in().complete_enrolment(request).await;
        let reason = if n < 5 { "WRONG_CODE" } else { "ATTEMPT_ENDED" };
        refused(answer, Code::Unauthenticated, reason);
    }
    Ok(())
}
