//! One grant.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::convert;
use crate::{error::Error, store};

pub async fn get_grant(call: &Call, request: pb::GetGrantRequest) -> Result<pb::Grant, Error> {
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;

    let mut tx = call.begin().await?;
    let found = store::grants::find(&mut tx, &[id]).await?.pop();
    Ok(convert::grant(&found.ok_or(Error::GrantNotFound)?))
}
