//! `GetMember`: one member of an account, or one who is invited.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    domain::member::{MemberName, may_see},
    error::Error,
    store::members,
};

pub async fn get_member(
    api: &Api,
    request: Request<pb::GetMemberRequest>,
) -> Result<pb::Member, Error> {
    let (call, message) = api.context.enter(request)?;
    let name: MemberName = convert::parse("name", &message.name)?;
    may_see(call.person()?, name.account)?;

    let mut tx = call.begin().await?;
    let member = members::get(&mut tx, name).await?;
    tx.commit().await?;
    let member = member.ok_or(Error::NoMember(name))?;
    Ok(convert::member(&member, call.now))
}
