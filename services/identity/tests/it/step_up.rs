//! Showing a factor again (ID-3).

use jiff::SignedDuration;
use nsp_proto::identity::v1::{
    ListFactorsRequest, RegenerateRecoveryCodesRequest, StartPasskeyStepUpRequest, StepUpRequest,
    step_up_request::{Factor as Shown, Passkey},
};
use tonic::Code;

use crate::{
    authenticator::Authenticator,
    harness::{World, fields, refused},
    people::{SignedIn, code, wrong_code},
};

impl World {
    /// When a session's tokens say that a factor was shown.
    async fn factor_time(&self, who: &SignedIn) -> anyhow::Result<i64> {
        let answer = self.authenticate(&who.secret).await?;
        let claims = answer.token.split('.').nth(1).unwrap();
        let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes())?;
        let claims: serde_json::Value = serde_json::from_slice(&claims)?;
        let session = answer.session.unwrap();
        assert_eq!(session.factor_time.unwrap().seconds, claims["factor_time"]);
        Ok(claims["factor_time"].as_i64().unwrap())
    }
}

async fn step_up(who: &SignedIn, shown: Shown) -> tonic::Result<i64> {
    let request = StepUpRequest {
        factor: Some(shown),
    };
    let session = who.sessions().step_up(request).await?.into_inner();
    assert!(session.current);
    Ok(session.factor_time.unwrap_or_default().seconds)
}

#[tokio::test]
async fn a_code_makes_the_factor_of_a_session_fresh() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let first = world.clock.now().as_second();
    world.advance_minutes(4);
    assert_eq!(world.factor_time(&session).await?, first);

    let wrong = Shown::TotpCode(wrong_code(&jane.secret, &world.clock));
    let answer = step_up(&session, wrong).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    // Locked for a second, like when signing in.
    let right = Shown::TotpCode(code(&jane.secret, &world.clock));
    let answer = step_up(&session, right.clone()).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    assert_eq!(world.factor_time(&session).await?, first);

    world.clock.advance(SignedDuration::from_secs(1));
    let now = world.clock.now().as_second();
    assert_eq!(step_up(&session, right.clone()).await?, now);
    assert_eq!(world.factor_time(&session).await?, now);
    // A code works once.
    let answer = step_up(&session, right).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    let actions = world.audited().await?;
    for action in [
        "session.stepped-up",
        "session.step-up-refused",
        "factor.locked",
    ] {
        assert!(
            actions.contains(&action.to_owned()),
            "{action}: {actions:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_recovery_code_makes_the_factor_of_a_session_fresh_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    world.advance_minutes(4);
    let before = session
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?;
    let before = before.into_inner().recovery_codes_left;

    let wrong = Shown::RecoveryCode("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF".to_owned());
    let answer = step_up(&session, wrong).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    let right = Shown::RecoveryCode(jane.recovery_codes[0].clone());
    let answer = step_up(&session, right.clone()).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    world.clock.advance(SignedDuration::from_secs(1));
    step_up(&session, right.clone()).await?;
    let now = world.clock.now().as_second();
    assert_eq!(world.factor_time(&session).await?, now);
    let left = session
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?;
    assert_eq!(left.into_inner().recovery_codes_left, before - 1);

    let answer = step_up(&session, right).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    let actions = world.audited().await?;
    for action in ["recovery-code.used", "recovery-codes.locked"] {
        assert!(
            actions.contains(&action.to_owned()),
            "{action}: {actions:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_changes_factors_wants_a_fresh_one() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let codes = async |session: &SignedIn| {
        let request = RegenerateRecoveryCodesRequest {};
        session.factors().regenerate_recovery_codes(request).await
    };
    codes(&session).await?;
    world.advance_minutes(5);
    let later = world.again(&session).await?;
    let answer = codes(&later).await;
    refused(answer, Code::PermissionDenied, "STEP_UP_REQUIRED");
    let shown = Shown::TotpCode(code(&jane.secret, &world.clock));
    step_up(&later, shown).await?;
    codes(&world.again(&session).await?).await?;
    Ok(())
}

#[tokio::test]
async fn a_passkey_makes_the_factor_of_a_session_fresh() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let ask = async || {
        session
            .sessions()
            .start_passkey_step_up(StartPasskeyStepUpRequest {})
            .await
    };
    refused(ask().await, Code::FailedPrecondition, "NO_PASSKEY");
    let mut passkey = Authenticator::without_verification();
    session.add_passkey(&mut passkey).await?;
    world.advance_minutes(4);

    let ceremony = ask().await?.into_inner();
    let shown = Shown::Passkey(Passkey {
        ceremony: ceremony.name.clone(),
        credential: passkey.get(&ceremony.options),
    });
    step_up(&session, shown.clone()).await?;
    let now = world.clock.now().as_second();
    assert_eq!(world.factor_time(&session).await?, now);
    let again = step_up(&session, shown).await;
    refused(again, Code::FailedPrecondition, "CEREMONY_ENDED");

    // That of somebody else does not.
    let ceremony = ask().await?.into_inner();
    let shown = Shown::Passkey(Passkey {
        ceremony: ceremony.name,
        credential: Authenticator::new().get(&ceremony.options),
    });
    let answer = step_up(&session, shown).await;
    refused(answer, Code::Unauthenticated, "PASSKEY_REFUSED");

    let answer = session
        .sessions()
        .step_up(StepUpRequest { factor: None })
        .await;
    assert_eq!(fields(answer), ["totp_code"]);
    Ok(())
}
