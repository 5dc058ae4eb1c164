//! `CompletePasskeySecondFactor`: a passkey completes a sign-in with a password.

use nsp_kit::secret::Secret;
use nsp_kit::status::Violations;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{
    Api,
    complete_sign_in::{open, refuse},
    convert,
    passkey::{self, Asked},
    session_start,
};
use crate::{
    domain::{CeremonyId, passkey::Purpose},
    error::Error,
    store::attempts,
};

pub async fn complete_passkey_second_factor(
    api: &Api,
    request: Request<pb::CompletePasskeySecondFactorRequest>,
) -> Result<pb::NewSession, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let ceremony = bad.parse::<CeremonyId>("ceremony", &message.ceremony);
    let client = convert::client(message.client.as_ref(), &mut bad);
    let (ceremony, client) = bad.finish(ceremony.zip(client))?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if attempt.enrols {
        return Err(Error::EnrolmentRequired);
    }
    let (whose, within) = (Some(user.id), Some(attempt.id));
    let state = passkey::take(&mut tx, ceremony, Purpose::SecondFactor, whose, within).await?;
    let asked = Asked::ForOneOf(user.id);
    if let Err(refusal) =
        passkey::check(api, &mut tx, asked, state, &message.credential, &client).await
    {
        refuse(tx, &attempt, &user, &client).await?;
        return Err(refusal);
    }
    attempts::delete(&mut tx, attempt.id).await?;
    let session = session_start::start(api, &mut tx, &user, client).await?;
    tx.commit().await?;
    Ok(session)
}
