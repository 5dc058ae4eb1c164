//! Passkeys (ID-2): they sign in alone if they verify their user, and are second factors otherwise.

use nsp_proto::identity::v1::{
    CompletePasskeyEnrolmentRequest, CompletePasskeyRegistrationRequest,
    CompletePasskeySecondFactorRequest, CompletePasskeySignInRequest, DeleteFactorRequest, Factor,
    ListFactorsRequest, NewSession, PasskeyCeremony, RenameFactorRequest,
    StartPasskeyEnrolmentRequest, StartPasskeyRegistrationRequest, StartPasskeySecondFactorRequest,
    StartPasskeySignInRequest, factor::Kind, sign_in_attempt::Next,
};
use tonic::{Code, Result};

use crate::{
    authenticator::Authenticator,
    harness::{World, fields, refused},
    people::{Enrolled, PASSWORD, SignedIn, client},
};

impl SignedIn {
    async fn ask(&self) -> Result<PasskeyCeremony> {
        let request = StartPasskeyRegistrationRequest {};
        Ok(self
            .factors()
            .start_passkey_registration(request)
            .await?
            .into_inner())
    }

    async fn register(&self, ceremony: &str, credential: String) -> Result<Factor> {
        let request = CompletePasskeyRegistrationRequest {
            ceremony: ceremony.to_owned(),
            credential,
            display_name: "Laptop".to_owned(),
        };
        Ok(self
            .factors()
            .complete_passkey_registration(request)
            .await?
            .into_inner())
    }

    pub async fn add_passkey(&self, passkey: &mut Authenticator) -> Result<Factor> {
        let ceremony = self.ask().await?;
        self.register(&ceremony.name, passkey.create(&ceremony.options))
            .await
    }
}

impl World {
    async fn ask(&self) -> Result<PasskeyCeremony> {
        let request = StartPasskeySignInRequest {};
        Ok(self
            .sign_in()
            .start_passkey_sign_in(request)
            .await?
            .into_inner())
    }

    async fn show(&self, ceremony: &str, credential: String) -> Result<NewSession> {
        let request = CompletePasskeySignInRequest {
            ceremony: ceremony.to_owned(),
            credential,
            client: Some(client()),
        };
        Ok(self
            .sign_in()
            .complete_passkey_sign_in(request)
            .await?
            .into_inner())
    }

    async fn sign_in_with(&self, passkey: &mut Authenticator) -> Result<NewSession> {
        let ceremony = self.ask().await?;
        self.show(&ceremony.name, passkey.get(&ceremony.options))
            .await
    }

    /// Signs in with the password, and the passkey as the second factor.
    async fn show_second(&self, who: &Enrolled, passkey: &mut Authenticator) -> Result<NewSession> {
        let attempt = self.enter(&who.user.email, PASSWORD).await?;
        let request = StartPasskeySecondFactorRequest {
            secret: attempt.secret.clone(),
        };
        let ceremony = self
            .sign_in()
            .start_passkey_second_factor(request)
            .await?
            .into_inner();
        let request = CompletePasskeySecondFactorRequest {
            secret: attempt.secret,
            ceremony: ceremony.name,
            credential: passkey.get(&ceremony.options),
            client: Some(client()),
        };
        Ok(self
            .sign_in()
            .complete_passkey_second_factor(request)
            .await?
            .into_inner())
    }
}

#[tokio::test]
async fn a_passkey_signs_in_alone_and_without_an_address() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let mut passkey = Authenticator::new();
    let factor = session.add_passkey(&mut passkey).await?;
    assert_eq!(
        (factor.kind(), factor.display_name.as_str()),
        (Kind::Passkey, "Laptop")
    );
    assert!(factor.last_use_time.is_none());

    let new = world.sign_in_with(&mut passkey).await?;
    assert_eq!(new.recovery_codes_left, -1);
    let answer = world.authenticate(&new.secret).await?;
    assert_eq!(answer.user.unwrap().email, jane.user.email);
    let list = session
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?
        .into_inner();
    assert!(list.factors[1].last_use_time.is_some());
    // And again.
    world.sign_in_with(&mut passkey).await?;

    // One that is synchronised over many devices does not count.
    let mut synchronised = Authenticator::new();
    synchronised.counter = None;
    session.add_passkey(&mut synchronised).await?;
    world.sign_in_with(&mut synchronised).await?;
    world.sign_in_with(&mut synchronised).await?;
    Ok(())
}

#[tokio::test]
async fn a_passkey_that_verifies_nobody_is_a_second_factor_only() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let mut passkey = Authenticator::without_verification();
    session.add_passkey(&mut passkey).await?;
    let alone = world.sign_in_with(&mut passkey).await;
    refused(alone, Code::Unauthenticated, "PASSKEY_NOT_VERIFIED");
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    assert_eq!(
        attempt.factor_kinds().collect::<Vec<_>>(),
        [Kind::Totp, Kind::Passkey]
    );
    world.show_second(&jane, &mut passkey).await?;

    // Nor does another person's complete one's sign-in.
    let omar = world.enrolled("omar").await?;
    let his = world.signed_in(&omar).await?;
    his.add_passkey(&mut Authenticator::new()).await?;
    let answer = world.show_second(&omar, &mut passkey).await;
    refused(answer, Code::Unauthenticated, "PASSKEY_REFUSED");
    Ok(())
}

#[tokio::test]
async fn a_user_without_a_factor_enrols_a_passkey() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.user("jane").await?;
    let attempt = world.enter(&jane.email, PASSWORD).await?;
    assert_eq!(attempt.next(), Next::Enrolment);
    let secret = attempt.secret;
    let second = StartPasskeySecondFactorRequest {
        secret: secret.clone(),
    };
    let answer = world.sign_in().start_passkey_second_factor(second).await;
    refused(answer, Code::FailedPrecondition, "ENROLMENT_REQUIRED");

    let request = StartPasskeyEnrolmentRequest {
        secret: secret.clone(),
    };
    let ceremony = world
        .sign_in()
        .start_passkey_enrolment(request)
        .await?
        .into_inner();
    let mut passkey = Authenticator::new();
    let request = CompletePasskeyEnrolmentRequest {
        secret,
        ceremony: ceremony.name,
        credential: passkey.create(&ceremony.options),
        display_name: "Laptop".to_owned(),
        client: Some(client()),
    };
    let done = world
        .sign_in()
        .complete_passkey_enrolment(request)
        .await?
        .into_inner();
    assert_eq!(done.recovery_codes.unwrap().codes.len(), 10);
    world.authenticate(&done.session.unwrap().secret).await?;
    world.sign_in_with(&mut passkey).await?;
    let attempt = world.enter(&jane.email, PASSWORD).await?;
    assert_eq!(attempt.next(), Next::SecondFactor);
    Ok(())
}

#[tokio::test]
async fn what_is_not_from_our_site_is_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let mut good = Authenticator::new();
    session.add_passkey(&mut good).await?;
    for (origin, rp_id) in [
        ("https://portal.example.evil.example", ""),
        ("http://portal.example", ""),
        ("https://portal.example", "evil.example"),
    ] {
        let mut passkey = Authenticator::new();
        (passkey.origin, passkey.rp_id) = (origin.to_owned(), rp_id.to_owned());
        let answer = session.add_passkey(&mut passkey).await;
        refused(answer, Code::Unauthenticated, "PASSKEY_REFUSED");

        (good.origin, good.rp_id) = (origin.to_owned(), rp_id.to_owned());
        let answer = world.sign_in_with(&mut good).await;
        refused(answer, Code::Unauthenticated, "PASSKEY_REFUSED");
    }
    // One that nobody has registered is refused in the same words.
    let ceremony = world.ask().await?;
    let unknown = Authenticator::new().get(&ceremony.options);
    let answer = world.show(&ceremony.name, unknown).await;
    refused(answer, Code::Unauthenticated, "PASSKEY_REFUSED");
    assert!(
        world
            .audited()
            .await?
            .contains(&"passkey.refused".to_owned())
    );
    Ok(())
}

#[tokio::test]
async fn a_passkey_that_exists_twice_is_refused_and_written_down() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let mut passkey = Authenticator::new();
    session.add_passkey(&mut passkey).await?;
    world.sign_in_with(&mut passkey).await?;
    world.sign_in_with(&mut passkey).await?;

    passkey.counter = Some(1);
    let answer = world.sign_in_with(&mut passkey).await;
    refused(answer, Code::Unauthenticated, "PASSKEY_CLONED");
    passkey.counter = Some(0);
    let answer = world.show_second(&jane, &mut passkey).await;
    refused(answer, Code::Unauthenticated, "PASSKEY_CLONED");
    let cloned = world.audited().await?;
    let cloned = cloned.iter().filter(|action| *action == "passkey.cloned");
    assert_eq!(cloned.count(), 2);
    // The one that is ahead goes on.
    passkey.counter = Some(2);
    world.sign_in_with(&mut passkey).await?;
    Ok(())
}

#[tokio::test]
async fn a_question_is_answered_once_in_time_and_for_its_purpose() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let mut passkey = Authenticator::new();
    let ceremony = session.ask().await?;
    let created = passkey.create(&ceremony.options);
    // Not by another person, who thereby takes nothing away.
    let omar = world.enrolled("omar").await?;
    let his = world.signed_in(&omar).await?;
    let ended = (Code::FailedPrecondition, "CEREMONY_ENDED");
    let answer = his.register(&ceremony.name, created.clone()).await;
    refused(answer, ended.0, ended.1);
    session.register(&ceremony.name, created.clone()).await?;
    let again = session.register(&ceremony.name, created.clone()).await;
    refused(again, ended.0, ended.1);

    let ceremony = world.ask().await?;
    let shown = passkey.get(&ceremony.options);
    world.show(&ceremony.name, shown.clone()).await?;
    let replayed = world.show(&ceremony.name, shown.clone()).await;
    refused(replayed, ended.0, ended.1);
    // Nor is it an answer to another question.
    let other = world.ask().await?;
    refused(
        world.show(&other.name, shown).await,
        Code::Unauthenticated,
        "PASSKEY_REFUSED",
    );
    // And a wrong answer was one, too.
    let right = passkey.get(&other.options);
    refused(world.show(&other.name, right).await, ended.0, ended.1);

    let ceremony = world.ask().await?;
    world.advance_minutes(5);
    let late = world
        .show(&ceremony.name, passkey.get(&ceremony.options))
        .await;
    refused(late, ended.0, ended.1);
    let registration = {
        let session = world.signed_in(&jane).await?;
        session.ask().await?
    };
    let shown = passkey.get(&world.ask().await?.options);
    refused(
        world.show(&registration.name, shown).await,
        ended.0,
        ended.1,
    );
    Ok(())
}

#[tokio::test]
async fn passkeys_are_named_and_the_last_factor_stays() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    let mut passkey = Authenticator::new();
    let laptop = session.add_passkey(&mut passkey).await?;
    // Browsers do not make a second passkey on the same device; who does it nevertheless is told.
    let ceremony = session.ask().await?;
    assert!(ceremony.options.contains("excludeCredentials"));
    let again = session
        .register(&ceremony.name, passkey.create(&ceremony.options))
        .await;
    refused(again, Code::Unauthenticated, "PASSKEY_REFUSED");
    let omar = world.enrolled("omar").await?;
    let his = world.signed_in(&omar).await?;
    let stolen = his.add_passkey(&mut passkey).await;
    refused(stolen, Code::AlreadyExists, "PASSKEY_KNOWN");

    let rename = RenameFactorRequest {
        name: laptop.name.clone(),
        display_name: "Old laptop".to_owned(),
    };
    let renamed = session.factors().rename_factor(rename).await?.into_inner();
    assert_eq!(
        (renamed.kind(), renamed.display_name.as_str()),
        (Kind::Passkey, "Old laptop")
    );
    let list = session
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?
        .into_inner()
        .factors;
    let names: Vec<_> = list
        .iter()
        .map(|factor| factor.display_name.as_str())
        .collect();
    assert_eq!(names, ["Phone", "Old laptop"]);

    let remove = |name: &str| DeleteFactorRequest {
        name: name.to_owned(),
    };
    session
        .factors()
        .delete_factor(remove(&list[0].name))
        .await?;
    let only_one_left = session.factors().delete_factor(remove(&laptop.name)).await;
    refused(only_one_left, Code::FailedPrecondition, "LAST_FACTOR");
    let second = Authenticator::new();
    session.add_passkey(&mut { second }).await?;
    session
        .factors()
        .delete_factor(remove(&laptop.name))
        .await?;
    let gone = world.sign_in_with(&mut passkey).await;
    refused(gone, Code::Unauthenticated, "PASSKEY_REFUSED");
    Ok(())
}

#[tokio::test]
async fn without_a_passkey_none_is_asked_for() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let attempt = world.enter(&jane.user.email, PASSWORD).await?;
    let request = StartPasskeySecondFactorRequest {
        secret: attempt.secret,
    };
    let answer = world.sign_in().start_passkey_second_factor(request).await;
    refused(answer, Code::FailedPrecondition, "NO_PASSKEY");

    let session = world.signed_in(&jane).await?;
    let request = CompletePasskeyRegistrationRequest::default();
    let answer = session
        .factors()
        .complete_passkey_registration(request)
        .await;
    assert_eq!(fields(answer), ["ceremony", "display_name"]);
    let ceremony = world.ask().await?;
    let answer = world.show(&ceremony.name, "{}".to_owned()).await;
    refused(answer, Code::Unauthenticated, "PASSKEY_REFUSED");
    Ok(())
}
