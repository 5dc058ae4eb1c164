//! `CheckInvitation`: whether a link still works, and what it is for.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{
    domain::invitation::read_token,
    error::Error,
    store::{accounts, invitations},
};

pub async fn check_invitation(
    api: &Api,
    request: Request<pb::CheckInvitationRequest>,
) -> Result<pb::CheckInvitationResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let Some(id) = read_token(&message.token, &api.keyring) else {
        return Ok(pb::CheckInvitationResponse::default());
    };
    let mut tx = call.begin().await?;
    let invitation = invitations::get(&mut tx, id).await?;
    let Some(invitation) = invitation.filter(|it| it.is_good(call.now)) else {
        return Ok(pb::CheckInvitationResponse::default());
    };
    let account_display_name = accounts::name(&mut tx, invitation.account).await?;
    tx.commit().await?;
    Ok(pb::CheckInvitationResponse {
        good: true,
        email: invitation.email,
        display_name: invitation.display_name,
        account_display_name,
        inviter_display_name: invitation.inviter_name,
    })
}
