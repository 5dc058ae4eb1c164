//! `StartSignIn`: the password.

use nsp_kit::{
    clock::to_proto,
    events::{About, audit},
    status::Violations,
};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{
    domain::{AttemptId, attempt, email::EmailKey, password::Password, secret::Secret},
    error::Error,
    hasher::Verdict,
    store::{
        attempts::{self, Attempt},
        factors, passwords, users,
    },
};

/// Every step is taken for an unknown address too, so that neither answer nor time tells who is a user.
pub async fn start_sign_in(
    api: &Api,
    request: Request<pb::StartSignInRequest>,
) -> Result<pb::SignInAttempt, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let email = bad.parse::<EmailKey>("email", &message.email);
    let password = bad.parse::<Password>("password", &message.password);
    let (email, password) = bad.finish(email.zip(password))?;

    let mut tx = call.begin().await?;
    let found = users::find_with_password(&mut tx, &email).await?;
    tx.commit().await?;
    // Between two transactions: who waits for their turn must not hold a connection meanwhile.
    let kept = found.as_ref().filter(|found| found.user.is_active());
    let kept = kept.and_then(|found| found.hash.clone());
    let verdict = api.hasher.verify(&password, kept.as_deref()).await?;

    let mut tx = call.begin().await?;
    let user = match (found, &verdict) {
        (Some(found), Verdict::Right | Verdict::RightButOld(_)) => found.user,
        (found, _) => {
            let whose = found.map(|found| found.user.id.to_string());
            let about = About::new(&whose.unwrap_or_else(|| "users/-".to_owned()), None);
            audit(&mut tx, &about, "sign-in.refused").await?;
            tx.commit().await?;
            return Err(Error::SignInFailed);
        }
    };
    if let (Verdict::RightButOld(hash), Some(before)) = (&verdict, &kept) {
        passwords::rehash(&mut tx, user.id, before, hash).await?;
    }
    let secret = Secret::generate()?;
    let attempt = Attempt {
        id: AttemptId::new(),
        person: user.id,
        enrols: factors::count(&mut tx, user.id).await? == 0,
        failures: 0,
        secret: None,
        expire_time: call.now + attempt::LIFETIME,
    };
    attempts::insert(&mut tx, &attempt, &secret.hash()).await?;
    tx.commit().await?;
    Ok(pb::SignInAttempt {
        secret: secret.reveal(),
        next: if attempt.enrols {
            pb::sign_in_attempt::Next::Enrolment
        } else {
            pb::sign_in_attempt::Next::SecondFactor
        }
        .into(),
        expire_time: Some(to_proto(attempt.expire_time)),
    })
}
