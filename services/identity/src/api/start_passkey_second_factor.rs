//! `StartPasskeySecondFactor`: asks for one of the passkeys of whoever knew the password.

use nsp_kit::secret::Secret;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, complete_sign_in::open, passkey};
use crate::{domain::passkey::Purpose, error::Error, store::passkeys};

pub async fn start_passkey_second_factor(
    api: &Api,
    request: Request<pb::StartPasskeySecondFactorRequest>,
) -> Result<pb::PasskeyCeremony, Error> {
    let (call, message) = api.context.enter(request)?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if attempt.enrols {
        return Err(Error::EnrolmentRequired);
    }
    let own = passkeys::list(&mut tx, user.id).await?.into_iter();
    let own: Vec<_> = own.map(|credential| credential.value).collect();
    if own.is_empty() {
        return Err(Error::NoPasskey);
    }
    let question = api.passkeys.ask_for_one_of(own)?;
    let (whose, within) = (Some(user.id), Some(attempt.id));
    let ceremony = passkey::begin(&mut tx, Purpose::SecondFactor, whose, within, question).await?;
    tx.commit().await?;
    Ok(ceremony)
}
