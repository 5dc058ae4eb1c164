//! `ListSessions`: where the caller is signed in.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{error::Error, store::sessions};

pub async fn list_sessions(
    api: &Api,
    request: Request<pb::ListSessionsRequest>,
) -> Result<pb::ListSessionsResponse, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let sessions = sessions::list(&mut tx, person.user, &api.limits).await?;
    tx.commit().await?;
    let sessions = sessions.iter();
    Ok(pb::ListSessionsResponse {
        sessions: sessions
            .map(|session| pb::Session {
                place: api.places.of(&session.address),
                ..convert::session(session, person.session)
            })
            .collect(),
    })
}
