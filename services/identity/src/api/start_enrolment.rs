//! `StartEnrolment`: a TOTP secret for a user without a factor.

use nsp_kit::secret::Secret;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, complete_sign_in::open};
use crate::{domain::totp::TotpSecret, error::Error, store::attempts};

pub async fn start_enrolment(
    api: &Api,
    request: Request<pb::StartEnrolmentRequest>,
) -> Result<pb::TotpSecret, Error> {
    let (call, message) = api.context.enter(request)?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::AttemptEnded)?;

    let mut tx = call.begin().await?;
    let (attempt, user) = open(&mut tx, &secret).await?;
    if !attempt.enrols {
        return Err(Error::FactorRequired);
    }
    let context = attempt.id.0.as_bytes();
    let secret = if let Some(sealed) = &attempt.secret {
        // The page was loaded again: the code on the phone must stay the right one.
        TotpSecret::from_bytes(api.keyring.open(sealed, context)?)?
    } else {
        let secret = TotpSecret::generate()?;
        let sealed = api.keyring.seal(secret.as_bytes(), context)?;
        attempts::set_secret(&mut tx, attempt.id, &sealed).await?;
        secret
    };
    tx.commit().await?;
    Ok(pb::TotpSecret {
        address: secret.address(&api.issuer, &user.email)?,
        secret: secret.base32(),
        enrolment: String::new(),
    })
}
