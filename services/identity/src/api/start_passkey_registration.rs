//! `StartPasskeyRegistration`: asks for another passkey.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, passkey};
use crate::{error::Error, store::users};

pub async fn start_passkey_registration(
    api: &Api,
    request: Request<pb::StartPasskeyRegistrationRequest>,
) -> Result<pb::PasskeyCeremony, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let user = users::get(&mut tx, person.user).await?;
    let user = user.ok_or(Error::NoUser(person.user))?;
    let ceremony = passkey::begin_registration(api, &mut tx, &user, None).await?;
    tx.commit().await?;
    Ok(ceremony)
}
