//! Ends several grants at once, all or none: by who gave them, or by who received them.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::{
    convert::{self, acting_account},
    targets::targets,
    update_grants::find,
};
use crate::{
    domain::{GrantId, State},
    error::Error,
    load,
};

pub async fn revoke_grants(
    call: &Call,
    request: pb::RevokeGrantsRequest,
) -> Result<pb::RevokeGrantsResponse, Error> {
    acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let targets = targets::<GrantId>(&mut bad, &request.names, &[]);
    let targets = bad.finish(targets)?;

    let mut tx = call.begin().await?;
    let mut grants = find(&mut tx, &targets).await?;
    for grant in &mut grants {
        load::end_grant(&mut tx, grant, State::Revoked).await?;
        grant.client_count = 0;
    }
    tx.commit().await?;
    Ok(pb::RevokeGrantsResponse {
        grants: grants.iter().map(convert::grant).collect(),
    })
}
