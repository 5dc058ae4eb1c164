//! `CancelInvitation`: a contact is not asked any more.

use nsp_kit::events::{About, audit};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    domain::member::{MemberName, may_see},
    error::Error,
    store::invitations,
};

pub async fn cancel_invitation(
    api: &Api,
    request: Request<pb::CancelInvitationRequest>,
) -> Result<pb::CancelInvitationResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let name: MemberName = convert::parse("name", &message.name)?;
    may_see(call.person()?, name.account)?;

    let mut tx = call.begin().await?;
    if !invitations::delete(&mut tx, name).await? {
        return Err(Error::NoInvitation(name));
    }
    let about = About::new(&name, name.account);
    audit(&mut tx, &about, "invitation.canceled").await?;
    tx.commit().await?;
    Ok(pb::CancelInvitationResponse {})
}
