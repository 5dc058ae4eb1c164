//! `ListAccountUsers`: whom to write to about an account's business.

use nsp_kit::{id::AccountId, status::Violations};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{domain::member::roles, error::Error, store::memberships};

pub async fn list_account_users(
    api: &Api,
    request: Request<pb::ListAccountUsersRequest>,
) -> Result<pb::ListAccountUsersResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let account = bad.parse::<AccountId>("account", &message.account);
    let roles = roles(&message.roles)
        .map_err(|words| bad.add("roles", words))
        .ok();
    let (account, roles) = bad.finish(account.zip(roles))?;

    let mut tx = call.begin().await?;
    let users = memberships::users(&mut tx, account, &roles, &message.tld).await?;
    tx.commit().await?;
    Ok(pb::ListAccountUsersResponse {
        users: users.iter().map(ToString::to_string).collect(),
    })
}
