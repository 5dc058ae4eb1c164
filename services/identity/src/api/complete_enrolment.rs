//! `CompleteEnrolment`: the first factor, recovery codes and a session.

use nsp_kit::secret::Secret;
use nsp_kit::status::Violations;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{
    Api,
    complete_sign_in::{open, refuse},
    convert, second_factor, session_start,
};
use crate::{
    domain::{
        factor::FactorName,
        recovery::RecoveryCode,
        totp::{Code, TotpSecret},
    },
    error::Error,
    events::{self, FactorChange},
    store::{attempts, audit::by_user, factors, recovery_codes, users},
};

pub async fn complete_enrolment(
    api: &Api,
    request: Request<pb::CompleteEnrolmentRequest>,
) -> Result<pb::CompleteEnrolmentResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let code = bad.parse::<Code>("totp_code", &message.totp_code);
    let name = bad.parse::<FactorName>("display_name", &message.display_name);
    let client = convert::client(message.client.as_ref(), &mut bad);
    let ((code, name), client) = bad.finish(code.zip(name).zip(client))?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if !attempt.enrols {
        return Err(Error::FactorRequired);
    }
    let sealed = attempt.secret.as_ref().ok_or(Error::EnrolmentRequired)?;
    let secret = api.keyring.open(sealed, attempt.id.0.as_bytes())?;
    let secret = TotpSecret::from_bytes(secret)?;
    // Somebody who knows the password too may be enrolling at the same time: the first one wins.
    users::lock(&mut tx, user.id).await?;
    if factors::count(&mut tx, user.id).await? > 0 {
        attempts::delete(&mut tx, attempt.id).await?;
        tx.commit().await?;
        return Err(Error::AttemptEnded);
    }
    let Some(step) = secret.accept(&code, call.now, None) else {
        return Err(refuse(tx, &attempt, &user, &client).await?);
    };

    let keyring = &api.keyring;
    let factor = second_factor::add(&mut tx, keyring, user.id, name, &secret, step).await?;
    let codes = RecoveryCode::generate_all()?;
    recovery_codes::replace(&mut tx, user.id, &codes).await?;
    attempts::delete(&mut tx, attempt.id).await?;
    by_user(
        &mut tx,
        &user,
        &factor.id.to_string(),
        "factor.added",
        &client,
    )
    .await?;
    events::factor_changed(&mut tx, user.id, FactorChange::Added(&factor.display_name)).await?;
    let session = session_start::start(api, &mut tx, &user, client).await?;
    tx.commit().await?;
    Ok(pb::CompleteEnrolmentResponse {
        session: Some(session),
        recovery_codes: Some(convert::recovery_codes(&codes)),
    })
}
