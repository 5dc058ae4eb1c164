//! `AcceptInvitation`: somebody becomes a user, and a member of every account that has invited them.

use nsp_kit::status::Invalid;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    domain::{
        client::Client,
        invitation::{Invitation, read_token},
        member::MemberName,
        password::NewPassword,
    },
    error::Error,
    store::{accounts, audit::by_user, invitations, members, passwords, users},
};

pub async fn accept_invitation(
    api: &Api,
    request: Request<pb::AcceptInvitationRequest>,
) -> Result<pb::AcceptInvitationResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let id = read_token(&message.token, &api.keyring).ok_or(Error::InvitationEnded)?;
    let password: NewPassword = convert::parse("new_password", &message.new_password)?;

    let mut tx = call.begin().await?;
    let invitation = invitations::get(&mut tx, id).await?;
    let invitation = invitation.filter(|it| it.is_good(call.now));
    let invitation = invitation.ok_or(Error::InvitationEnded)?;
    let account_name = accounts::name(&mut tx, invitation.account).await?;
    tx.commit().await?;
    // Between two transactions: who waits for their turn must not hold a connection meanwhile.
    let password = password
        .unguessable(&invitation.known(&account_name))
        .map_err(|problem| Invalid::field("new_password", problem))?;
    let hash = api.hasher.hash(&password).await?;

    let mut tx = call.begin().await?;
    // Taking them locks them: of two who accept at once, one finds nothing.
    let mut taken = invitations::take_all(&mut tx, &invitation.email_key).await?;
    taken.retain(|it| it.is_good(call.now));
    let there = taken.iter().any(|it| it.id == invitation.id);
    if !there || !users::insert(&mut tx, &invitation).await? {
        return Err(Error::InvitationEnded);
    }
    passwords::set(&mut tx, invitation.person, &hash).await?;
    for Invitation { account, part, .. } in taken {
        let person = invitation.person;
        members::add(&mut tx, MemberName { account, person }, &part, None).await?;
    }
    let user = users::get(&mut tx, invitation.person).await?;
    let user = user.ok_or(Error::NoUser(invitation.person))?;
    let resource = user.id.to_string();
    by_user(
        &mut tx,
        &user,
        &resource,
        "invitation.accepted",
        &Client::default(),
    )
    .await?;
    tx.commit().await?;
    Ok(pb::AcceptInvitationResponse {})
}
