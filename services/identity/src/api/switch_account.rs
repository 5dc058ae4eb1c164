//! `SwitchAccount`: which account the session acts for.

use nsp_kit::{
    events::{About, audit, publish},
    id::AccountId,
};
use nsp_proto::{events::v1::UserUpdated, identity::v1 as pb};
use tonic::Request;

use super::{Api, convert};
use crate::{
    error::Error,
    store::{memberships, sessions},
};

pub async fn switch_account(
    api: &Api,
    request: Request<pb::SwitchAccountRequest>,
) -> Result<pb::Session, Error> {
    let (call, message) = api.context.enter(request)?;
    let account: AccountId = convert::parse("account", &message.account)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let session = sessions::lock(&mut tx, person.session, person.user).await?;
    let session = session.filter(|session| session.is_good(&api.limits, call.now));
    let mut session = session.ok_or(Error::SessionEnded)?;
    // Staff have no memberships of their own accord; the check keeps it so if a row should ever be wrong.
    if person.staff || !memberships::exists(&mut tx, person.user, account).await? {
        return Err(Error::NotAMember(account));
    }
    session.acting_account = Some(account);
    sessions::set_acting_account(&mut tx, session.id, account).await?;
    let about = About::new(&session.id, account);
    audit(&mut tx, &about, "session.account-switched").await?;
    // Every gateway forgets the token that still names the account of before.
    let event = UserUpdated {
        user: person.user.to_string(),
    };
    publish(&mut tx, &About::new(&person.user, None), &event).await?;
    tx.commit().await?;
    Ok(convert::session(&session, session.id))
}
