//! `StartSignIn`: the password.

use nsp_kit::secret::Secret;
use nsp_kit::{clock::to_proto, status::Violations};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert, soft_lock};
use crate::{
    domain::{
        AttemptId, attempt, email::EmailKey, factor::Kind, password::Password,
        soft_lock::Credential,
    },
    error::Error,
    hasher::Verdict,
    store::{attempts, passwords, users},
};

/// What tags of unknown addresses are for.
const NOBODY: &str = "soft lock of an unknown address";

/// Every step is taken for an unknown address too, so that neither answer nor time tells who is a user.
pub async fn start_sign_in(
    api: &Api,
    request: Request<pb::StartSignInRequest>,
) -> Result<pb::SignInAttempt, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let email = bad.parse::<EmailKey>("email", &message.email);
    let password = bad.parse::<Password>("password", &message.password);
    let client = convert::client(message.client.as_ref(), &mut bad);
    let ((email, password), client) = bad.finish(email.zip(password).zip(client))?;

    let mut tx = call.begin().await?;
    let found = users::find_with_password(&mut tx, &email).await?;
    tx.commit().await?;
    // Between two transactions: who waits for their turn must not hold a connection meanwhile.
    let kept = found.as_ref().filter(|found| found.user.is_active());
    let kept = kept.and_then(|found| found.hash.clone());
    let verdict = api.hasher.verify(&password, kept.as_deref()).await?;

    let mut tx = call.begin().await?;
    let credential = match &found {
        Some(found) => Credential::password(found.user.id),
        None => Credential::password_of_nobody(api.keyring.tag(NOBODY, email.as_str().as_bytes())),
    };
    let attempt = soft_lock::begin(&mut tx, credential).await?;
    let locked = attempt.is_locked(&tx);
    let user = match (found, &verdict) {
        (Some(found), Verdict::Right | Verdict::RightButOld(_)) if !locked => found.user,
        _ => {
            attempt
                .refuse(&mut tx, Some("sign-in.refused"), &client)
                .await?;
            tx.commit().await?;
            return Err(Error::SignInFailed);
        }
    };
    if let (Verdict::RightButOld(hash), Some(before)) = (&verdict, &kept) {
        passwords::rehash(&mut tx, user.id, before, hash).await?;
    }
    let secret = Secret::generate()?;
    let expire_time = call.now + attempt::LIFETIME;
    let id = AttemptId::new();
    let own = attempts::insert(&mut tx, id, user.id, &secret.hash(), expire_time).await?;
    tx.commit().await?;
    Ok(pb::SignInAttempt {
        secret: secret.reveal(),
        next: if own.totp || own.passkey {
            pb::sign_in_attempt::Next::SecondFactor
        } else {
            pb::sign_in_attempt::Next::Enrolment
        }
        .into(),
        expire_time: Some(to_proto(expire_time)),
        factor_kinds: [(own.totp, Kind::Totp), (own.passkey, Kind::Passkey)]
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, kind)| convert::factor_kind(kind).into())
            .collect(),
    })
}
