//! `GetRecipient`: where to write to a user.

use nsp_kit::{id::UserId, status::Violations};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{
    domain::{ResetId, reset, user::User},
    error::Error,
    store::{resets, users},
};

pub async fn get_recipient(
    api: &Api,
    request: Request<pb::GetRecipientRequest>,
) -> Result<pb::Recipient, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let id = bad.parse::<UserId>("name", &message.name);
    let link = bad.parse_optional::<ResetId>("link", &message.link);
    let (id, link) = bad.finish(id.zip(link))?;

    let mut tx = call.begin().await?;
    let user = users::get(&mut tx, id).await?;
    let user = user.filter(User::is_active).ok_or(Error::NoUser(id))?;
    let link_path = match link {
        None => String::new(),
        Some(link) => {
            let reset = resets::get(&mut tx, link).await?;
            let reset = reset.filter(|reset| reset.person == id && reset.is_good(call.now));
            let reset = reset.ok_or(Error::ResetEnded)?;
            format!("/sign-in/reset/{}", reset::token(reset.id, &api.keyring))
        }
    };
    tx.commit().await?;
    Ok(pb::Recipient {
        email: user.email.clone(),
        display_name: user.display_name.clone(),
        time_zone: user.profile.time_zone.as_str().to_owned(),
        staff: user.is_staff(),
        mail_case_updates: user.profile.mail_case_updates.into(),
        link_path,
    })
}
