//! `ListUsers`: whom staff look for.

use nsp_kit::{page::Page, status::Violations};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    error::Error,
    store::{memberships, users},
};

/// Longer than what anybody types.
const MAX_QUERY: usize = 200;

pub async fn list_users(
    api: &Api,
    request: Request<pb::ListUsersRequest>,
) -> Result<pb::ListUsersResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let page = Page::parse(message.page_size, &message.page_token, &mut bad);
    let query = message.query.trim();
    if query.chars().count() > MAX_QUERY || query.contains('\0') {
        bad.add(
            "query",
            format!("must be at most {MAX_QUERY} characters of text"),
        );
    }
    let page = bad.finish(page)?;

    let mut tx = call.begin().await?;
    let found = users::search(&mut tx, query, &page).await?;
    let (found, next_page_token) = page.split(found, |since| {
        (since.user.display_name.clone(), since.user.id)
    });
    let ids: Vec<_> = found.iter().map(|since| since.user.id).collect();
    let parts = memberships::list_all(&mut tx, &ids).await?;
    tx.commit().await?;
    let users = found.iter().map(|since| {
        let own = parts.iter().filter(|(person, _)| *person == since.user.id);
        let own: Vec<_> = own.map(|(_, membership)| membership.clone()).collect();
        convert::user_record(since, &own)
    });
    Ok(pb::ListUsersResponse {
        users: users.collect(),
        next_page_token,
    })
}
