//! Confirming in place (ID-3): what wants a fresh factor asks for it, and then goes on as if nothing had been in between.

use http::StatusCode;
use jiff::SignedDuration;
use nsp_proto::identity::v1::{
    StepUpRequest, session_service_client::SessionServiceClient, step_up_request::Factor,
};
use nsp_tests::{browser::Browser, people::SignedIn, world::World};

const NEW: &str = "turnstile-orbit-lantern";

/// Somebody whose factor is no longer fresh, and their browser.
async fn late(world: &World, user: &str) -> anyhow::Result<(SignedIn, Browser)> {
    let person = world.sign_in(user).await?;
    let browser = Browser::of(world, &person)?;
    assert_eq!(browser.get("/").await?.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_mins(6));
    Ok((person, browser))
}

fn asks(page: &nsp_tests::browser::Page) -> bool {
    page.status == StatusCode::FORBIDDEN && page.text.contains("Confirm that it is you")
}

#[tokio::test]
async fn a_form_waits_for_the_factor_and_goes_on_with_all_that_was_typed() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (_, jane) = late(&world, "jane").await?;
    let address = "/my/security/password";
    let typed = [
        ("current_password", world.password()),
        ("new_password", NEW),
    ];
    let ask = jane.post(address, &typed).await?;
    assert!(asks(&ask), "{}", ask.text);
    assert!(ask.text.contains(&format!("action=\"{address}\"")));
    // What was typed is not in the page.
    assert!(!ask.text.contains(NEW) && !ask.text.contains(world.password()));
    let sealed = ask.field("step_up").unwrap_or_default().to_owned();

    // A wrong code loses nothing.
    let wrong = [
        ("step_up", sealed.as_str()),
        ("way", "code"),
        ("code", "000000"),
    ];
    let again = jane.post(address, &wrong).await?;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("That code is not right"));
    assert!(
        again
            .text
            .contains("After several wrong tries, wait a moment before the next.")
    );
    assert_eq!(again.field("step_up"), Some(sealed.as_str()));

    world.clock.advance(SignedDuration::from_secs(2));
    let code = world.code(&world.email("jane")?)?;
    let right = [
        ("step_up", sealed.as_str()),
        ("way", "code"),
        ("code", &code),
    ];
    let done = jane.post(address, &right).await?;
    assert_eq!(
        (done.status, done.location()),
        (StatusCode::SEE_OTHER, "/my/security"),
        "{}",
        done.text
    );
    // It is fresh now, for everything.
    let next = jane.post("/my/security/recovery-codes", &[]).await?;
    assert_eq!(next.status, StatusCode::OK, "{}", next.text);
    Ok(())
}

#[tokio::test]
async fn a_page_that_needs_a_factor_is_shown_after_it() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (_, jane) = late(&world, "jane").await?;
    let address = "/my/security/factors/new";
    let ask = jane.get(address).await?;
    assert!(asks(&ask), "{}", ask.text);
    let sealed = ask.field("step_up").unwrap_or_default().to_owned();
    let code = world.code(&world.email("jane")?)?;
    let right = [
        ("step_up", sealed.as_str()),
        ("way", "code"),
        ("code", &code),
    ];
    let done = jane.post(address, &right).await?;
    assert_eq!(
        (done.status, done.location()),
        (StatusCode::SEE_OTHER, address)
    );
    assert_eq!(jane.get(address).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_recovery_code_confirms_and_is_chosen_without_a_script() -> anyhow::Result<()> {
    let world = World::start().await?;
    let person = world.sign_in("jane").await?;
    let jane = Browser::of(&world, &person)?;
    let made = jane.post("/my/security/recovery-codes", &[]).await?;
    let list = made.text.split("id=\"codes\"").nth(1).unwrap_or_default();
    let codes: Vec<&str> = list
        .split("<li>")
        .skip(1)
        .filter_map(|item| item.split("</li>").next())
        .take(10)
        .collect();
    assert_eq!(codes.len(), 10, "{}", made.text);
    world.clock.advance(SignedDuration::from_mins(6));

    let address = "/my/security/recovery-codes";
    let ask = jane.post(address, &[]).await?;
    let sealed = ask.field("step_up").unwrap_or_default().to_owned();
    let other = [
        ("step_up", sealed.as_str()),
        ("way", "code"),
        ("other", "recovery"),
    ];
    let other = jane.post(address, &other).await?;
    assert!(asks(&other) && other.text.contains("Recovery code"));
    assert_eq!(other.field("step_up"), Some(sealed.as_str()));
    let code = [
        ("step_up", sealed.as_str()),
        ("way", "recovery"),
        ("code", codes[0]),
    ];
    let done = jane.post(address, &code).await?;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.text.contains("Keep these recovery codes") && !done.text.contains(codes[1]));
    Ok(())
}

#[tokio::test]
async fn a_factor_shown_at_another_replica_is_good_here_at_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let person = world.sign_in("jane").await?;
    let jane = Browser::of(&world, &person)?;
    // This gateway remembers a token of four minutes ago, and would for a while.
    world.clock.advance(SignedDuration::from_mins(4));
    assert_eq!(jane.get("/").await?.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(jane.get("/").await?.status, StatusCode::OK);
    let session = world.authenticate(&person.secret).await?;
    let elsewhere = world.acting("identity", &session.token)?;
    let code = Factor::TotpCode(world.code(&world.email("jane")?)?);
    let step_up = StepUpRequest { factor: Some(code) };
    SessionServiceClient::new(elsewhere)
        .step_up(step_up)
        .await?;
    let made = jane.post("/my/security/recovery-codes", &[]).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    Ok(())
}

#[tokio::test]
async fn what_another_session_sealed_goes_nowhere() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (_, jane) = late(&world, "jane").await?;
    let address = "/my/security/recovery-codes";
    let sealed = jane.post(address, &[]).await?;
    let sealed = sealed.field("step_up").unwrap_or_default().to_owned();
    let omar = Browser::of(&world, &world.sign_in("omar").await?)?;
    let code = world.code(&world.email("omar")?)?;
    let fields = [
        ("step_up", sealed.as_str()),
        ("way", "code"),
        ("code", &code),
    ];
    let answer = omar.post(address, &fields).await?;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/")
    );
    // Nor does it at another address, or when it has waited for half an hour.
    let answer = jane.post("/my/security/password", &fields).await?;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/")
    );
    world.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(jane.get("/").await?.status, StatusCode::OK);
    world.clock.advance(SignedDuration::from_mins(15));
    let answer = jane.post(address, &fields).await?;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/"),
        "{}",
        answer.text
    );
    Ok(())
}
