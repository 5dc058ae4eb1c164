//! `CompleteSignIn`: the second factor.

use nsp_kit::secret::Secret;
use nsp_kit::{db::Tx, status::Violations};
use nsp_proto::identity::v1::{self as pb, complete_sign_in_request::Factor as Shown};
use tonic::Request;

use super::{Api, convert, second_factor, session_start, soft_lock};
use crate::{
    domain::{
        attempt::{self, AfterFailure},
        client::Client,
        recovery::RecoveryCode,
        soft_lock::Credential,
        totp::Code,
        user::User,
    },
    error::Error,
    store::{
        attempts::{self, Attempt},
        audit::{self, by_user},
        recovery_codes, users,
    },
};

/// What the person shows.
enum Proof {
    Totp(Code),
    Recovery(RecoveryCode),
}

pub async fn complete_sign_in(
    api: &Api,
    request: Request<pb::CompleteSignInRequest>,
) -> Result<pb::NewSession, Error> {
    let (call, message) = api.context.enter(request)?;
    let (proof, client) = parse(&message)?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if attempt.enrols {
        return Err(Error::EnrolmentRequired);
    }
    let mut codes_left = -1;
    match proof {
        Proof::Totp(code) => {
            let factor =
                second_factor::accept(&mut tx, &api.keyring, user.id, &code, &client).await?;
            if factor.is_none() {
                return Err(refuse(tx, &attempt, &user, &client).await?);
            }
        }
        Proof::Recovery(code) => {
            let codes = soft_lock::begin(&mut tx, Credential::recovery_codes(user.id)).await?;
            let locked = codes.is_locked(&tx);
            if locked || !recovery_codes::take(&mut tx, user.id, &code).await? {
                attempts::delete(&mut tx, attempt.id).await?;
                codes
                    .refuse(&mut tx, Some("sign-in.refused"), &client)
                    .await?;
                tx.commit().await?;
                return Err(Error::AttemptEnded);
            }
            codes_left = recovery_codes::count(&mut tx, user.id).await?;
            by_user(
                &mut tx,
                &user,
                &user.id.to_string(),
                "recovery-code.used",
                &client,
            )
            .await?;
        }
    }
    attempts::delete(&mut tx, attempt.id).await?;
    let session = session_start::start(api, &mut tx, &user, client).await?;
    tx.commit().await?;
    Ok(pb::NewSession {
        recovery_codes_left: codes_left,
        ..session
    })
}

fn parse(message: &pb::CompleteSignInRequest) -> Result<(Proof, Client), Error> {
    let mut bad = Violations::default();
    let proof = match &message.factor {
        Some(Shown::TotpCode(code)) => bad.parse("totp_code", code).map(Proof::Totp),
        Some(Shown::RecoveryCode(code)) => bad.parse("recovery_code", code).map(Proof::Recovery),
        None => {
            bad.add(
                "totp_code",
                "enter the six digits that the authenticator app shows",
            );
            None
        }
    };
    let client = convert::client(message.client.as_ref(), &mut bad);
    Ok(bad.finish(proof.zip(client))?)
}

/// The attempt with this secret, locked, and whose it is, if both are still good.
pub async fn open(tx: &mut Tx, secret: &Secret) -> Result<(Attempt, User), Error> {
    let found = users::lock_by_attempt(tx, &secret.hash()).await?;
    let now = tx.now();
    let good = found
        .filter(|found| attempt::is_open(found.attempt.expire_time, now) && found.user.is_active());
    let users::WithAttempt { user, attempt } = good.ok_or(Error::AttemptEnded)?;
    Ok((attempt, user))
}

/// Counts a wrong code. The count is kept, so the transaction is committed, and the refusal is handed back.
pub async fn refuse(
    mut tx: Tx,
    attempt: &Attempt,
    user: &User,
    client: &Client,
) -> Result<Error, Error> {
    let refusal = match attempt::fail(attempt.failures) {
        AfterFailure::GoesOn(failures) => {
            attempts::set_failures(&mut tx, attempt.id, failures).await?;
            Error::WrongCode
        }
        AfterFailure::Ended => {
            attempts::delete(&mut tx, attempt.id).await?;
            Error::AttemptEnded
        }
    };
    let refused = ["sign-in.refused".to_owned()];
    audit::about(
        &mut tx,
        Some(user.id),
        &user.id.to_string(),
        &refused,
        client,
    )
    .await?;
    tx.commit().await?;
    Ok(refusal)
}
