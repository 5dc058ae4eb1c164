//! `ResetFactors`: somebody has lost every factor, and staff have verified who they are.

use nsp_kit::{auth::Person, id::UserId, status::Violations};
use nsp_proto::{auth::v1::Role, identity::v1 as pb};
use tonic::Request;

use super::{Api, get_user};
use crate::{
    domain::{
        ResetId,
        reset::{self, Reset},
        user::User,
        verification::Verification,
    },
    error::Error,
    events::{self, Mail},
    store::{audit, users},
};

pub async fn reset_factors(
    api: &Api,
    request: Request<pb::ResetFactorsRequest>,
) -> Result<pb::UserRecord, Error> {
    let (call, message) = api.context.enter(request)?;
    let person = call.person()?;
    let mut bad = Violations::default();
    let id = bad.parse::<UserId>("name", &message.name);
    let verification = bad.parse::<Verification>("verification", &message.verification);
    let (id, verification) = bad.finish(id.zip(verification))?;

    let mut tx = call.begin().await?;
    let user = users::get(&mut tx, id).await?.ok_or(Error::NoUser(id))?;
    may_reset(person, &user)?;
    let reset = Reset {
        id: ResetId::new(),
        person: id,
        expire_time: call.now + reset::LIFETIME_BY_STAFF,
        use_time: None,
    };
    for session in users::reset_factors(&mut tx, &reset).await? {
        events::session_revoked(&mut tx, session, id).await?;
    }
    audit::factors_reset(&mut tx, id, &verification).await?;
    let mail = Mail::new("factor_reset")
        .value("author", person.display_name.as_str())
        .value("due", reset.expire_time.to_string())
        .link(&reset.id);
    events::mail(&mut tx, id, mail).await?;
    let record = get_user::read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(record)
}

/// Nobody gets in by themselves, and no agent into what an administrator may do.
fn may_reset(person: &Person, user: &User) -> Result<(), Error> {
    if person.user == user.id {
        return Err(Error::OwnFactors);
    }
    if user.is_staff() && !person.roles.contains(&Role::StaffAdministrator) {
        return Err(Error::AdministratorRequired);
    }
    if !user.is_active() {
        return Err(Error::UserNotActive);
    }
    Ok(())
}
