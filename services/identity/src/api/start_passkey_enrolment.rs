//! `StartPasskeyEnrolment`: asks for a passkey of a user without a factor.

use nsp_kit::secret::Secret;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, complete_sign_in::open, passkey};
use crate::error::Error;

pub async fn start_passkey_enrolment(
    api: &Api,
    request: Request<pb::StartPasskeyEnrolmentRequest>,
) -> Result<pb::PasskeyCeremony, Error> {
    let (call, message) = api.context.enter(request)?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if !attempt.enrols {
        return Err(Error::FactorRequired);
    }
    let ceremony = passkey::begin_registration(api, &mut tx, &user, Some(attempt.id)).await?;
    tx.commit().await?;
    Ok(ceremony)
}
