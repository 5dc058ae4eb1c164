//! Who fails waits (ID-6): each credential by itself, in the database, and without telling anybody.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use nsp_identity::run;
use nsp_kit::testbed::eventually;
use nsp_proto::identity::v1::{
    ChangePasswordRequest, StartSignInRequest, complete_sign_in_request::Factor as Shown,
    sign_in_service_client::SignInServiceClient,
};
use tonic::{Code, Status};

use crate::{
    harness::{World, refused},
    people::{Enrolled, PASSWORD, code, wrong_code},
};

const WRONG: &str = "not her password";

impl World {
    fn advance_seconds(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    async fn refuse(&self, email: &str, password: &str) {
        let answer = self.enter(email, password).await;
        refused(answer, Code::Unauthenticated, "SIGN_IN_FAILED");
    }

    async fn failures(&self, kind: &str) -> anyhow::Result<Vec<i32>> {
        let query = sqlx::query_scalar(
            "select failures from soft_locks where kind = $1 order by credential",
        );
        Ok(query.bind(kind).fetch_all(&self.owner).await?)
    }

    async fn count(&self, action: &str) -> anyhow::Result<usize> {
        let all = self.audited().await?;
        Ok(all.iter().filter(|done| *done == action).count())
    }

    /// Sets the count of a credential, as if that many tries had failed just now.
    async fn fail(&self, kind: &str, failures: i32) -> anyhow::Result<()> {
        sqlx::query("update soft_locks set failures = $2, time = $3 where kind = $1")
            .bind(kind)
            .bind(failures)
            .bind(jiff_sqlx::ToSqlx::to_sqlx(self.clock.now()))
            .execute(&self.owner)
            .await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_wrong_password_locks_for_a_moment_and_the_right_one_waits() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let email = &jane.user.email;
    world.refuse(email, WRONG).await;
    // The right one, too early; it counts for nothing.
    world.refuse(email, PASSWORD).await;
    assert_eq!(world.failures("password").await?, [1]);
    world.advance_seconds(1);
    world.enter(email, PASSWORD).await?;
    // And it does not begin anew.
    assert_eq!(world.failures("password").await?, [1]);

    for (failures, wait) in [(3, 3), (9, 5), (25, 10)] {
        world.fail("password", failures - 1).await?;
        world.advance_minutes(1);
        world.refuse(email, WRONG).await;
        assert_eq!(world.failures("password").await?, [failures]);
        world.advance_seconds(wait - 1);
        world.refuse(email, PASSWORD).await;
        world.advance_seconds(1);
        world.enter(email, PASSWORD).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_hundred_failures_lock_until_the_next_day_and_no_longer() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let email = &jane.user.email;
    world.refuse(email, WRONG).await;
    world.fail("password", 99).await?;
    world.advance_seconds(10);
    world.refuse(email, WRONG).await;
    assert_eq!(world.failures("password").await?, [100]);
    // The clock of the tests starts at noon.
    world.advance_minutes(12 * 60 - 1);
    world.refuse(email, PASSWORD).await;
    world.advance_minutes(1);
    world.enter(email, PASSWORD).await?;
    world.refuse(email, WRONG).await;
    assert_eq!(world.failures("password").await?, [1]);
    Ok(())
}

#[tokio::test]
async fn password_and_factor_are_locked_each_by_itself() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, PASSWORD).await?.secret;
    world.refuse(&jane.user.email, WRONG).await;
    world.fail("password", 100).await?;
    // A locked password does not keep the code from being right.
    let shown = Shown::TotpCode(code(&jane.secret, &world.clock));
    world.complete(&attempt, shown).await?;

    // Nor do wrong codes feed the password's count.
    world.advance_minutes(24 * 60);
    let attempt = world.enter(&jane.user.email, PASSWORD).await?.secret;
    let wrong = Shown::TotpCode(wrong_code(&jane.secret, &world.clock));
    let answer = world.complete(&attempt, wrong.clone()).await;
    refused(answer, Code::Unauthenticated, "WRONG_CODE");
    assert_eq!(world.failures("totp").await?, [1]);
    world.enter(&jane.user.email, PASSWORD).await?;

    // The right code, while the factor is locked, is a wrong one, and is not used up by that.
    let right = Shown::TotpCode(code(&jane.secret, &world.clock));
    let locked = world.complete(&attempt, right.clone()).await.unwrap_err();
    let again = world.complete(&attempt, wrong).await.unwrap_err();
    same(&locked, &again);
    assert_eq!(world.failures("totp").await?, [1]);
    world.advance_seconds(1);
    world.complete(&attempt, right).await?;
    Ok(())
}

#[tokio::test]
async fn a_wrong_recovery_code_ends_the_attempt_and_locks_the_codes() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let other = world.enrolled("omar").await?;
    let wrong = Shown::RecoveryCode(other.recovery_codes[0].clone());
    let right = Shown::RecoveryCode(jane.recovery_codes[0].clone());
    let attempt = world.enter(&jane.user.email, PASSWORD).await?.secret;
    let answer = world.complete(&attempt, wrong).await;
    refused(answer, Code::Unauthenticated, "ATTEMPT_ENDED");
    assert_eq!(world.failures("recovery-codes").await?, [1]);

    let attempt = world.enter(&jane.user.email, PASSWORD).await?.secret;
    let answer = world.complete(&attempt, right.clone()).await;
    refused(answer, Code::Unauthenticated, "ATTEMPT_ENDED");
    world.advance_seconds(1);
    // It was not used up.
    let attempt = world.enter(&jane.user.email, PASSWORD).await?.secret;
    world.complete(&attempt, right).await?;
    Ok(())
}

#[tokio::test]
async fn of_many_wrong_tries_at_once_on_two_replicas_one_counts() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let (listeners, address) = world.bed.listeners().await?;
    let (config, clock) = (world.config.clone(), world.clock.clone());
    tokio::spawn(run(config, listeners, clock, world.bed.stop.clone()));
    let other = world.bed.channel("identity", &address, "gateway")?;
    for email in [jane.user.email.as_str(), "nobody@acme.example"] {
        let tries = (0..40).map(|n| {
            let channel = if n % 2 == 0 { &world.gateway } else { &other };
            let mut client = SignInServiceClient::new(channel.clone());
            let request = StartSignInRequest {
                email: email.to_owned(),
                password: WRONG.to_owned(),
                client: None,
            };
            tokio::spawn(async move { client.start_sign_in(request).await })
        });
        for answer in tries.collect::<Vec<_>>() {
            refused(answer.await?, Code::Unauthenticated, "SIGN_IN_FAILED");
        }
    }
    assert_eq!(world.failures("password").await?, [1, 1]);
    Ok(())
}

#[tokio::test]
async fn who_has_the_session_cannot_try_out_the_password_either() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let change = async |current: &str| {
        let request = ChangePasswordRequest {
            current_password: current.to_owned(),
            new_password: "copper violin thunder".to_owned(),
        };
        session.users().change_password(request).await
    };
    let wrong = change(WRONG).await.unwrap_err();
    same(&wrong, &change(PASSWORD).await.unwrap_err());
    world.refuse(&jane.user.email, PASSWORD).await;
    assert_eq!(world.failures("password").await?, [1]);
    world.advance_seconds(1);
    change(PASSWORD).await?;
    // Nobody has tried the new one yet.
    assert!(world.failures("password").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn locks_and_their_ends_are_written_down() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.refuse(&jane.user.email, WRONG).await;
    world.refuse(&jane.user.email, WRONG).await;
    assert_eq!(world.count("password.locked").await?, 1);
    assert_eq!(world.count("password.still-locked").await?, 1);
    assert_eq!(world.count("sign-in.refused").await?, 2);
    assert_eq!(world.count("password.unlocked").await?, 0);
    world.advance_seconds(1);
    eventually(async || Ok((world.count("password.unlocked").await? == 1).then_some(()))).await?;

    // A try that comes before the job writes it down itself, and in the right order.
    world.refuse("nobody@acme.example", WRONG).await;
    world
        .execute("update soft_locks set time = time - interval '5 s' where person is null")
        .await?;
    world.refuse("nobody@acme.example", WRONG).await;
    let about: Vec<String> =
        sqlx::query_scalar("select action from kit.audit where resource = 'users/-' order by id")
            .fetch_all(&world.owner)
            .await?;
    let expected = [
        "sign-in.refused",
        "password.locked",
        "password.unlocked",
        "sign-in.refused",
        "password.locked",
    ];
    assert_eq!(about, expected);

    // What is over is forgotten.
    world.advance_minutes(24 * 60);
    eventually(async || {
        let none = world.failures("password").await?.is_empty();
        Ok(none.then_some(()))
    })
    .await?;
    Ok(())
}

/// The three that must not be told apart: one who exists, one who does not, and one whose password is locked.
async fn three(world: &World) -> anyhow::Result<[(String, String); 3]> {
    let known: Enrolled = world.enrolled("jane").await?;
    let locked = world.enrolled("omar").await?;
    world.refuse(&locked.user.email, WRONG).await;
    world.fail("password", 100).await?;
    Ok([
        (known.user.email, WRONG.to_owned()),
        ("nobody@acme.example".to_owned(), WRONG.to_owned()),
        (locked.user.email, PASSWORD.to_owned()),
    ])
}

#[tokio::test]
async fn a_thousand_answers_are_one() -> anyhow::Result<()> {
    let world = World::start().await?;
    let three = three(&world).await?;
    let mut first = None;
    for n in 0..1_000 {
        // Sometimes they are locked, and sometimes they are not.
        world.advance_seconds(i64::from(n % 3));
        for (email, password) in &three {
            let status = world.enter(email, password).await.unwrap_err();
            same(first.get_or_insert_with(|| status.clone()), &status);
        }
    }
    Ok(())
}

#[tokio::test]
#[ignore = "measures: cargo nextest run -p nsp-identity --run-ignored only --no-capture a_thousand_times"]
async fn a_thousand_times() -> anyhow::Result<()> {
    // As slow as in production.
    let world = World::start_with(|config| {
        config.passwords.memory_kib = 19_456;
        config.passwords.iterations = 2;
    })
    .await?;
    let three = three(&world).await?;
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..1_000 {
        for ((email, password), times) in three.iter().zip(&mut times) {
            let start = Instant::now();
            world.refuse(email, password).await;
            times.push(start.elapsed());
        }
        world.advance_seconds(4);
    }
    for (who, times) in ["known", "unknown", "locked"].iter().zip(&mut times) {
        times.sort();
        let [p10, p50, p90, p99] = [10, 50, 90, 99].map(|p| times[times.len() * p / 100]);
        let mean = times.iter().sum::<Duration>() / u32::try_from(times.len())?;
        println!("{who:8} mean {mean:.2?} p10 {p10:.2?} p50 {p50:.2?} p90 {p90:.2?} p99 {p99:.2?}");
    }
    let [known, unknown, locked] = &times;
    for (what, one, other) in [
        ("known and unknown", known, unknown),
        ("known and locked", known, locked),
        ("unknown and locked", unknown, locked),
    ] {
        let distance = distance(one, other);
        println!(
            "{what}: {distance:.3} apart; what is the same differs by more than 0.073 once in a hundred times"
        );
    }
    Ok(())
}

/// How far the shares of what took no longer than some time are apart at most (Kolmogorov and Smirnov). Both are sorted.
fn distance(one: &[Duration], other: &[Duration]) -> f64 {
    let share = |times: &[Duration], limit| {
        let count = times.partition_point(|time| *time <= limit);
        f64::from(u32::try_from(count).unwrap()) / f64::from(u32::try_from(times.len()).unwrap())
    };
    let apart = |limit: &Duration| (share(one, *limit) - share(other, *limit)).abs();
    one.iter().chain(other).map(apart).fold(0.0, f64::max)
}

#[track_caller]
fn same(one: &Status, other: &Status) {
    assert_eq!(one.code(), other.code());
    assert_eq!(one.message(), other.message());
    assert_eq!(one.details(), other.details());
    let names = |status: &Status| -> Vec<String> {
        let names = status.metadata().keys();
        names.map(|name| format!("{name:?}")).collect()
    };
    assert_eq!(names(one), names(other));
}
