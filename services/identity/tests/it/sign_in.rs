//! Signing in with a password and a second factor (ID-1, ID-2).

use nsp_proto::identity::v1::{
    Client, CompleteSignInRequest, StartSignInRequest, complete_sign_in_request::Factor as Shown,
    sign_in_attempt::Next,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    harness::{World, cheap, fields, refused},
    people::{PASSWORD, code, wrong_code},
};

#[tokio::test]
async fn a_password_and_a_code_make_a_session() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let account = world.member(jane.user.id, "Acme", &["ROLE_CASES"]).await?;
    world.advance_minutes(1);

    let attempt = world.enter(" Jane@ACME.example", PASSWORD).await?;
    assert_eq!(attempt.next(), Next::SecondFactor);
    let spaced = code(&jane.secret, &world.clock);
    let spaced = format!("{} {}", &spaced[..3], &spaced[3..]);
    let session = world
        .complete(&attempt.secret, Shown::TotpCode(spaced))
        .await?;
    assert_eq!(session.recovery_codes_left, -1);

    let answer = world.authenticate(&session.secret).await?;
    let user = answer.user.unwrap();
    assert_eq!(
        (user.email.as_str(), user.staff),
        ("jane@acme.example", false)
    );
    let acting = answer.acting.unwrap();
    assert_eq!(acting.account, account.to_string());
    assert_eq!(acting.account_display_name, "Acme");
    let client = answer.session.unwrap().client.unwrap();
    assert_eq!(
        (client.user_agent.as_str(), client.address.as_str()),
        ("Firefox", "2001:db8::7")
    );

    let actions = world.audited().await?;
    assert!(
        actions.contains(&"session.created".to_owned()),
        "{actions:?}"
    );
    let actor: String =
        sqlx::query_scalar("select actor from kit.audit where action = 'session.created' limit 1")
            .fetch_one(&world.owner)
            .await?;
    assert_eq!(actor, jane.user.id.to_string());
    // And an attempt is good for one session.
    let again = Shown::TotpCode(code(&jane.secret, &world.clock));
    refused(
        world.complete(&attempt.secret, again).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn whoever_cannot_sign_in_gets_the_same_answer() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.enrolled("dora").await?;
    world.enrolled("rita").await?;
    world.user("nora").await?;
    world
        .execute("update users set state = 'disabled' where display_name = 'dora'")
        .await?;
    world
        .execute("update users set state = 'retired' where display_name = 'rita'")
        .await?;
    world.execute("delete from passwords p using users u where u.id = p.person and u.display_name = 'nora'").await?;

    let expected = world
        .enter(&jane.user.email, "not her password")
        .await
        .unwrap_err();
    for name in ["nobody", "dora", "rita", "nora"] {
        let email = format!("{name}@acme.example");
        let answer = world.enter(&email, PASSWORD).await.unwrap_err();
        assert_eq!(answer.code(), expected.code(), "{name}");
        assert_eq!(answer.message(), expected.message(), "{name}");
        assert_eq!(answer.details(), expected.details(), "{name}");
    }
    refused(
        Err::<(), _>(expected),
        Code::Unauthenticated,
        "SIGN_IN_FAILED",
    );
    let refusals = world.audited().await?;
    let refusals = refusals
        .iter()
        .filter(|action| *action == "sign-in.refused");
    assert_eq!(refusals.count(), 5);
    Ok(())
}

#[tokio::test]
async fn a_code_works_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.advance_minutes(1);
    let shown = Shown::TotpCode(code(&jane.secret, &world.clock));
    let first = world.enter(&jane.user.email, PASSWORD).await?;
    let second = world.enter(&jane.user.email, PASSWORD).await?;

    world.complete(&first.secret, shown.clone()).await?;
    refused(
        world.complete(&second.secret, shown).await,
        Code::Unauthenticated,
        "WRONG_CODE",
    );
    world.advance_minutes(1);
    let next = Shown::TotpCode(code(&jane.secret, &world.clock));
    world.complete(&second.secret, next).await?;
    Ok(())
}

#[tokio::test]
async fn one_code_at_the_same_time_makes_one_session() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.advance_minutes(1);
    let shown = Shown::TotpCode(code(&jane.secret, &world.clock));
    let mut attempts = Vec::new();
    for _ in 0..4 {
        attempts.push(world.enter(&jane.user.email, PASSWORD).await?.secret);
    }
    let answers = tokio::join!(
        world.complete(&attempts[0], shown.clone()),
        world.complete(&attempts[1], shown.clone()),
        world.complete(&attempts[2], shown.clone()),
        world.complete(&attempts[3], shown.clone()),
    );
    let answers = [answers.0, answers.1, answers.2, answers.3];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    Ok(())
}

#[tokio::test]
async fn five_wrong_codes_end_an_attempt() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    for n in 1..=5 {
        let wrong = Shown::TotpCode(wrong_code(&jane.secret, &world.clock));
        let reason = if n < 5 { "WRONG_CODE" } else { "ATTEMPT_ENDED" };
        refused(
            world.complete(&attempt.secret, wrong).await,
            Code::Unauthenticated,
            reason,
        );
    }
    let right = Shown::TotpCode(code(&jane.secret, &world.clock));
    refused(
        world.complete(&attempt.secret, right).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn an_attempt_ends_after_ten_minutes() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    world.advance_minutes(10);
    let right = Shown::TotpCode(code(&jane.secret, &world.clock));
    refused(
        world.complete(&attempt.secret, right).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn an_attempt_of_a_user_disabled_meanwhile_ends() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    world.execute("update users set state = 'disabled'").await?;
    let right = Shown::TotpCode(code(&jane.secret, &world.clock));
    refused(
        world.complete(&attempt.secret, right).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn a_recovery_code_works_once_and_a_wrong_one_ends_the_attempt() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    let mine = Shown::RecoveryCode(jane.recovery_codes[3].to_lowercase());
    let session = world.complete(&attempt.secret, mine.clone()).await?;
    assert_eq!(session.recovery_codes_left, 9);

    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    refused(
        world.complete(&attempt.secret, mine).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    let good = Shown::RecoveryCode(jane.recovery_codes[4].clone());
    refused(
        world.complete(&attempt.secret, good).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    // Another person's codes are nothing to one.
    let omar = world.enrolled("omar").await?;
    let attempt = world.enter(&omar.user.email, PASSWORD).await?;
    let hers = Shown::RecoveryCode(jane.recovery_codes[4].clone());
    refused(
        world.complete(&attempt.secret, hers).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn wrong_inputs_name_every_field() -> anyhow::Result<()> {
    let world = World::start().await?;
    let request = StartSignInRequest::default();
    let answer = world.sign_in().start_sign_in(request).await;
    assert_eq!(fields(answer), ["email", "password"]);
    let answer = world.enter("jane", &"x".repeat(1_025)).await;
    assert_eq!(fields(answer), ["email", "password"]);

    let strange = Client {
        address: "next door".to_owned(),
        ..Client::default()
    };
    let request = |factor| CompleteSignInRequest {
        secret: "nonsense".to_owned(),
        factor,
        client: Some(strange.clone()),
    };
    let answer = world.sign_in().complete_sign_in(request(None)).await;
    assert_eq!(fields(answer), ["totp_code", "client.address"]);
    let shown = Some(Shown::TotpCode("12345".to_owned()));
    let answer = world.sign_in().complete_sign_in(request(shown)).await;
    assert_eq!(fields(answer), ["totp_code", "client.address"]);
    let shown = Some(Shown::RecoveryCode("ABCD".to_owned()));
    let answer = world.sign_in().complete_sign_in(request(shown)).await;
    assert_eq!(fields(answer), ["recovery_code", "client.address"]);

    let shown = Shown::TotpCode("123456".to_owned());
    refused(
        world.complete("nonsense", shown).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    Ok(())
}

#[tokio::test]
async fn a_storm_of_sign_ins_is_turned_away_and_told_when_to_come_back() -> anyhow::Result<()> {
    let world = World::start_with(|config| {
        config.passwords.memory_kib = 19_456;
        config.passwords.iterations = 2;
        config.passwords.waiting = 1;
    })
    .await?;
    let storm = (0..30).map(|_| {
        let mut client = world.sign_in();
        let request = StartSignInRequest {
            email: "nobody@acme.example".to_owned(),
            password: PASSWORD.to_owned(),
            client: None,
        };
        tokio::spawn(async move { client.start_sign_in(request).await })
    });
    let storm: Vec<_> = storm.collect();
    let (mut busy, mut failed) = (0, 0);
    for answer in storm {
        let status = answer.await?.unwrap_err();
        match status.code() {
            Code::ResourceExhausted => {
                let wait = status.get_details_retry_info().unwrap().retry_delay;
                assert!(wait.is_some());
                busy += 1;
            }
            Code::Unauthenticated => failed += 1,
            code => panic!("{code}"),
        }
    }
    assert!(busy > 0 && failed > 0, "{busy} busy, {failed} failed");
    // Those who are signed in did not notice, and the next one is served.
    assert!(!world.keys().await?.is_empty());
    refused(
        world.enter("nobody@acme.example", PASSWORD).await,
        Code::Unauthenticated,
        "SIGN_IN_FAILED",
    );
    Ok(())
}

#[tokio::test]
async fn a_password_hashed_as_before_is_hashed_again() -> anyhow::Result<()> {
    let world =
        World::start_with(|config| config.passwords.iterations = cheap().iterations + 1).await?;
    let jane = world.enrolled("jane").await?;
    let hash: String = sqlx::query_scalar("select hash from passwords where person = $1")
        .bind(jane.user.id)
        .fetch_one(&world.owner)
        .await?;
    assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{hash}");
    world.session(&jane).await?;
    Ok(())
}
