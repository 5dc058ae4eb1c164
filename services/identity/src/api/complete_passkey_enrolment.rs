//! `CompletePasskeyEnrolment`: the first factor is a passkey; recovery codes and a session.

use nsp_kit::secret::Secret;
use nsp_kit::status::Violations;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{
    Api,
    complete_sign_in::{open, refuse},
    convert, passkey, session_start,
};
use crate::{
    domain::{CeremonyId, factor::FactorName, passkey::Purpose, recovery::RecoveryCode},
    error::Error,
    events::{self, FactorChange},
    store::{attempts, audit::by_user, factors, recovery_codes, users},
};

pub async fn complete_passkey_enrolment(
    api: &Api,
    request: Request<pb::CompletePasskeyEnrolmentRequest>,
) -> Result<pb::CompleteEnrolmentResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let ceremony = bad.parse::<CeremonyId>("ceremony", &message.ceremony);
    let name = bad.parse::<FactorName>("display_name", &message.display_name);
    let client = convert::client(message.client.as_ref(), &mut bad);
    let ((ceremony, name), client) = bad.finish(ceremony.zip(name).zip(client))?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if !attempt.enrols {
        return Err(Error::FactorRequired);
    }
    // Somebody who knows the password too may be enrolling at the same time: the first one wins.
    users::lock(&mut tx, user.id).await?;
    if factors::count(&mut tx, user.id).await? > 0 {
        attempts::delete(&mut tx, attempt.id).await?;
        tx.commit().await?;
        return Err(Error::AttemptEnded);
    }
    let (whose, within) = (Some(user.id), Some(attempt.id));
    let state = passkey::take(&mut tx, ceremony, Purpose::Registration, whose, within).await?;
    let added = passkey::register(api, &mut tx, user.id, state, &message.credential, name).await;
    let factor = match added {
        Ok(factor) => factor,
        Err(refusal) => {
            refuse(tx, &attempt, &user, &client).await?;
            return Err(refusal);
        }
    };
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
