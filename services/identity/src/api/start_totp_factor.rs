//! `StartTotpFactor`: a secret for another factor.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{
    domain::{EnrolmentId, attempt, factor::may_add, totp::TotpSecret},
    error::Error,
    store::{
        enrolments::{self, Enrolment},
        factors, users,
    },
};

pub async fn start_totp_factor(
    api: &Api,
    request: Request<pb::StartTotpFactorRequest>,
) -> Result<pb::TotpSecret, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let user = users::get(&mut tx, person.user).await?;
    let user = user.ok_or(Error::NoUser(person.user))?;
    may_add(factors::count(&mut tx, user.id).await?)?;
    let secret = TotpSecret::generate()?;
    let id = EnrolmentId::new();
    let enrolment = Enrolment {
        id,
        person: user.id,
        failures: 0,
        secret: api.keyring.seal(secret.as_bytes(), id.0.as_bytes())?,
        expire_time: call.now + attempt::LIFETIME,
    };
    enrolments::replace(&mut tx, &enrolment).await?;
    tx.commit().await?;
    Ok(pb::TotpSecret {
        address: secret.address(&api.issuer, &user.email)?,
        secret: secret.base32(),
        enrolment: id.to_string(),
    })
}
