//! `RevokeSession`: ends one of the caller's sessions.

use nsp_kit::id::SessionId;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{error::Error, events, store::sessions};

/// Signing out is revoking the session one calls with.
pub async fn revoke_session(
    api: &Api,
    request: Request<pb::RevokeSessionRequest>,
) -> Result<pb::RevokeSessionResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let id: SessionId = convert::parse("name", &message.name)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let session = sessions::lock(&mut tx, id, person.user).await?;
    let session = session.ok_or(Error::NoSession(id))?;
    sessions::delete(&mut tx, session.id, person.user).await?;
    events::session_revoked(&mut tx, session.id, person.user).await?;
    tx.commit().await?;
    Ok(pb::RevokeSessionResponse {})
}
