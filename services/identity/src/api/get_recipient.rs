//! `GetRecipient`: where to write to a user, or to somebody who is asked to become one.

use std::str::FromStr;

use nsp_kit::{db::Tx, id::UserId, status::Violations};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{
    domain::{
        InvitationId, ResetId,
        invitation::{self, Invitation},
        reset,
        user::User,
    },
    error::Error,
    store::{invitations, resets, users},
};

/// What a mail carries that only its reader may have.
enum Link {
    Reset(ResetId),
    Invitation(InvitationId),
}

impl FromStr for Link {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let reset = name.parse().map(Self::Reset);
        reset
            .or_else(|_| name.parse().map(Self::Invitation))
            .map_err(|_| "must have the form passwordResets/{id} or invitations/{id}")
    }
}

pub async fn get_recipient(
    api: &Api,
    request: Request<pb::GetRecipientRequest>,
) -> Result<pb::Recipient, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let id = bad.parse::<UserId>("name", &message.name);
    let link = bad.parse_optional::<Link>("link", &message.link);
    let (id, link) = bad.finish(id.zip(link))?;

    let mut tx = call.begin().await?;
    let recipient = match link {
        Some(Link::Invitation(link)) => invited(api, &mut tx, id, link).await?,
        Some(Link::Reset(link)) => pb::Recipient {
            link_path: reset_path(api, &mut tx, id, link).await?,
            ..user(&mut tx, id).await?
        },
        None => user(&mut tx, id).await?,
    };
    tx.commit().await?;
    Ok(recipient)
}

async fn user(tx: &mut Tx, id: UserId) -> Result<pb::Recipient, Error> {
    let user = users::get(tx, id).await?;
    let user = user.filter(User::is_active).ok_or(Error::NoUser(id))?;
    Ok(pb::Recipient {
        email: user.email.clone(),
        display_name: user.display_name.clone(),
        time_zone: user.profile.time_zone.as_str().to_owned(),
        staff: user.is_staff(),
        mail_case_updates: user.profile.mail_case_updates.into(),
        link_path: String::new(),
    })
}

async fn reset_path(api: &Api, tx: &mut Tx, id: UserId, link: ResetId) -> Result<String, Error> {
    let reset = resets::get(tx, link).await?;
    let reset = reset.filter(|reset| reset.person == id && reset.is_good(tx.now()));
    let reset = reset.ok_or(Error::ResetEnded)?;
    Ok(format!(
        "/sign-in/reset/{}",
        reset::token(reset.id, &api.keyring)
    ))
}

/// Whoever is invited is no user yet, but has an address.
async fn invited(
    api: &Api,
    tx: &mut Tx,
    id: UserId,
    link: InvitationId,
) -> Result<pb::Recipient, Error> {
    let invitation = invitations::get(tx, link).await?;
    let good = |invitation: &Invitation| invitation.person == id && invitation.is_good(tx.now());
    let invitation = invitation.filter(good).ok_or(Error::InvitationEnded)?;
    let token = invitation::token(invitation.id, &api.keyring);
    Ok(pb::Recipient {
        email: invitation.email,
        display_name: invitation.display_name,
        time_zone: "UTC".to_owned(),
        staff: false,
        mail_case_updates: true,
        link_path: format!("/invitation/{token}"),
    })
}
