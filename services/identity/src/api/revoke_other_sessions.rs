//! `RevokeOtherSessions`: ends all of the caller's sessions but one.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{error::Error, events, store::sessions};

pub async fn revoke_other_sessions(
    api: &Api,
    request: Request<pb::RevokeOtherSessionsRequest>,
) -> Result<pb::RevokeOtherSessionsResponse, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let ended = sessions::delete_all(&mut tx, person.user, Some(person.session)).await?;
    for session in &ended {
        events::session_revoked(&mut tx, *session, person.user).await?;
    }
    tx.commit().await?;
    Ok(pb::RevokeOtherSessionsResponse {
        count: i32::try_from(ended.len()).unwrap_or(i32::MAX),
    })
}
