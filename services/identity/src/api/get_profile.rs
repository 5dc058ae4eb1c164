//! `GetProfile`: the caller as a user.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{error::Error, store::users};

pub async fn get_profile(
    api: &Api,
    request: Request<pb::GetProfileRequest>,
) -> Result<pb::User, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let user = users::get(&mut tx, person.user).await?;
    tx.commit().await?;
    let user = user.ok_or(Error::NoUser(person.user))?;
    Ok(convert::user(&user))
}
