//! `CompleteTotpFactor`: adds the factor that was started.

use nsp_kit::{
    db::Tx,
    events::{About, audit},
    status::Violations,
};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert, second_factor};
use crate::{
    domain::{
        EnrolmentId,
        attempt::{self, AfterFailure},
        factor::{FactorName, may_add},
        totp::{Code, TotpSecret},
    },
    error::Error,
    events::{self, FactorChange},
    store::{
        enrolments::{self, Enrolment},
        factors, users,
    },
};

pub async fn complete_totp_factor(
    api: &Api,
    request: Request<pb::CompleteTotpFactorRequest>,
) -> Result<pb::Factor, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let id = bad.parse::<EnrolmentId>("enrolment", &message.enrolment);
    let code = bad.parse::<Code>("totp_code", &message.totp_code);
    let name = bad.parse::<FactorName>("display_name", &message.display_name);
    let ((id, code), name) = bad.finish(id.zip(code).zip(name))?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    users::lock(&mut tx, person.user).await?;
    let enrolment = enrolments::lock(&mut tx, id, person.user).await?;
    let enrolment = enrolment.filter(|open| attempt::is_open(open.expire_time, call.now));
    let enrolment = enrolment.ok_or(Error::EnrolmentEnded)?;
    may_add(factors::count(&mut tx, person.user).await?)?;
    let secret = api.keyring.open(&enrolment.secret, id.0.as_bytes())?;
    let secret = TotpSecret::from_bytes(secret)?;
    let Some(step) = secret.accept(&code, call.now, None) else {
        return Err(refuse(tx, &enrolment).await?);
    };
    let keyring = &api.keyring;
    let factor = second_factor::add(&mut tx, keyring, person.user, name, &secret, step).await?;
    enrolments::delete(&mut tx, id).await?;
    audit(&mut tx, &About::new(&factor.id, None), "factor.added").await?;
    let change = FactorChange::Added(&factor.display_name);
    events::factor_changed(&mut tx, person.user, change).await?;
    tx.commit().await?;
    Ok(convert::factor(&factor))
}

/// Counts a wrong code. The count is kept, so the transaction is committed, and the refusal is handed back.
async fn refuse(mut tx: Tx, enrolment: &Enrolment) -> Result<Error, Error> {
    let refusal = match attempt::fail(enrolment.failures) {
        AfterFailure::GoesOn(failures) => {
            enrolments::set_failures(&mut tx, enrolment.id, failures).await?;
            Error::WrongCode
        }
        AfterFailure::Ended => {
            enrolments::delete(&mut tx, enrolment.id).await?;
            Error::EnrolmentEnded
        }
    };
    let about = About::new(&enrolment.person, None);
    audit(&mut tx, &about, "factor.refused").await?;
    tx.commit().await?;
    Ok(refusal)
}
