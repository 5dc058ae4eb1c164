//! `ListMembers`: who can act for an account, and who is asked to.

use nsp_kit::{page::Page, status::Violations};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{domain::member::may_see, error::Error, store::members};

pub async fn list_members(
    api: &Api,
    request: Request<pb::ListMembersRequest>,
) -> Result<pb::ListMembersResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let account = bad.parse("parent", &message.parent);
    let page = Page::parse(message.page_size, &message.page_token, &mut bad);
    let (account, page) = bad.finish(account.zip(page))?;
    may_see(call.person()?, account)?;

    let mut tx = call.begin().await?;
    let members = members::list(&mut tx, account, &page).await?;
    tx.commit().await?;
    let (members, next_page_token) = page.split(members, |member| {
        (member.display_name.clone(), member.name.person)
    });
    Ok(pb::ListMembersResponse {
        members: members
            .iter()
            .map(|member| convert::member(member, call.now))
            .collect(),
        next_page_token,
    })
}
