//! A person's factors and recovery codes (ID-2).

use nsp_proto::{
    events::v1::MessageRequested,
    identity::v1::{
        CompleteTotpFactorRequest, DeleteFactorRequest, ListFactorsRequest,
        RegenerateRecoveryCodesRequest, RenameFactorRequest, StartTotpFactorRequest,
        complete_sign_in_request::Factor as Shown,
    },
};
use tonic::Code;

use crate::{
    harness::{World, fields, refused},
    people::{PASSWORD, SignedIn, code, wrong_code},
};

/// Adds a factor; its name and its secret.
async fn add(world: &World, who: &SignedIn, name: &str) -> anyhow::Result<[String; 2]> {
    let totp = who
        .factors()
        .start_totp_factor(StartTotpFactorRequest {})
        .await?
        .into_inner();
    let request = CompleteTotpFactorRequest {
        enrolment: totp.enrolment,
        totp_code: code(&totp.secret, &world.clock),
        display_name: name.to_owned(),
    };
    let factor = who
        .factors()
        .complete_totp_factor(request)
        .await?
        .into_inner();
    Ok([factor.name, totp.secret])
}

#[tokio::test]
async fn a_second_factor_is_added_renamed_used_and_removed() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let [name, secret] = add(&world, &session, "Tablet").await?;
    let request = RenameFactorRequest {
        name: name.clone(),
        display_name: " Old tablet ".to_owned(),
    };
    session.factors().rename_factor(request).await?;
    let list = session
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?
        .into_inner();
    let names: Vec<_> = list
        .factors
        .iter()
        .map(|f| f.display_name.as_str())
        .collect();
    assert_eq!(names, ["Phone", "Old tablet"]);
    assert_eq!(list.recovery_codes_left, 10);

    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    let shown = Shown::TotpCode(code(&secret, &world.clock));
    world.complete(&attempt.secret, shown).await?;

    let phone = list.factors[0].name.clone();
    let remove = |name: String| DeleteFactorRequest { name };
    session
        .factors()
        .delete_factor(remove(phone.clone()))
        .await?;
    let answer = session.factors().delete_factor(remove(phone)).await;
    refused(answer, Code::NotFound, "FACTOR_NOT_FOUND");
    let answer = session.factors().delete_factor(remove(name)).await;
    refused(answer, Code::FailedPrecondition, "LAST_FACTOR");

    let mails = world.events::<MessageRequested>(3).await?;
    let what: Vec<_> = mails
        .iter()
        .map(|mail| mail.values["what"].as_str())
        .collect();
    assert_eq!(what, ["added", "added", "removed"]);
    let actions = world.audited().await?;
    for action in ["factor.added", "factor.renamed", "factor.removed"] {
        assert!(
            actions.contains(&action.to_owned()),
            "{action}: {actions:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn two_removals_at_once_leave_one_factor() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    add(&world, &session, "Tablet").await?;
    let list = session
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?
        .into_inner();
    let (mut one, mut two) = (session.factors(), session.factors());
    let remove = |n: usize| DeleteFactorRequest {
        name: list.factors[n].name.clone(),
    };
    let answers = tokio::join!(one.delete_factor(remove(0)), two.delete_factor(remove(1)));
    assert!(answers.0.is_ok() ^ answers.1.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_factor_is_added_only_with_a_code_of_it() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let start = || StartTotpFactorRequest {};
    let first = session
        .factors()
        .start_totp_factor(start())
        .await?
        .into_inner();
    let second = session
        .factors()
        .start_totp_factor(start())
        .await?
        .into_inner();
    let complete = |enrolment: &str, totp_code: String| CompleteTotpFactorRequest {
        enrolment: enrolment.to_owned(),
        totp_code,
        display_name: "Tablet".to_owned(),
    };
    // Starting again forgets what was started before.
    let request = complete(&first.enrolment, code(&first.secret, &world.clock));
    let answer = session.factors().complete_totp_factor(request).await;
    refused(answer, Code::FailedPrecondition, "ENROLMENT_ENDED");

    for n in 1..=5 {
        let request = complete(&second.enrolment, wrong_code(&second.secret, &world.clock));
        let answer = session.factors().complete_totp_factor(request).await;
        if n < 5 {
            refused(answer, Code::Unauthenticated, "WRONG_CODE");
        } else {
            refused(answer, Code::FailedPrecondition, "ENROLMENT_ENDED");
        }
    }

    let request = CompleteTotpFactorRequest::default();
    let answer = session.factors().complete_totp_factor(request).await;
    assert_eq!(fields(answer), ["enrolment", "totp_code", "display_name"]);
    let request = RenameFactorRequest {
        name: "factors/x".to_owned(),
        display_name: "x".repeat(51),
    };
    let answer = session.factors().rename_factor(request).await;
    assert_eq!(fields(answer), ["name", "display_name"]);
    Ok(())
}

#[tokio::test]
async fn ten_factors_are_enough() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    for n in 2..=10 {
        add(&world, &session, &format!("Phone {n}")).await?;
    }
    let answer = session
        .factors()
        .start_totp_factor(StartTotpFactorRequest {})
        .await;
    refused(answer, Code::FailedPrecondition, "TOO_MANY_FACTORS");
    Ok(())
}

#[tokio::test]
async fn new_recovery_codes_replace_the_old_ones() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let request = RegenerateRecoveryCodesRequest {};
    let new = session
        .factors()
        .regenerate_recovery_codes(request)
        .await?
        .into_inner();
    assert_eq!(new.codes.len(), 10);

    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    let old = Shown::RecoveryCode(jane.recovery_codes[0].clone());
    refused(
        world.complete(&attempt.secret, old).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    let shown = Shown::RecoveryCode(new.codes[9].clone());
    assert_eq!(
        world
            .complete(&attempt.secret, shown)
            .await?
            .recovery_codes_left,
        9
    );
    let actions = world.audited().await?;
    for action in ["recovery-codes.regenerated", "recovery-code.used"] {
        assert!(
            actions.contains(&action.to_owned()),
            "{action}: {actions:?}"
        );
    }
    Ok(())
}
