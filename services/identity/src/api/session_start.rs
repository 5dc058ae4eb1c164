//! The last step of every way to sign in: a session.

use nsp_kit::secret::Secret;
use nsp_kit::{clock::to_proto, db::Tx, id::SessionId};
use nsp_proto::identity::v1 as pb;

use super::Api;
use crate::{
    domain::{
        client::Client,
        session::{MAX_SESSIONS, Session},
        user::User,
    },
    error::Error,
    events,
    store::{audit, sessions},
};

/// Makes a session of `user`, who acts for their first account by name. The answer has no recovery codes left to tell.
pub async fn start(
    api: &Api,
    tx: &mut Tx,
    user: &User,
    client: Client,
) -> Result<pb::NewSession, Error> {
    let (from, now) = (client.clone(), tx.now());
    let session = Session {
        id: SessionId::new(),
        person: user.id,
        // Theirs by the statement that writes it.
        acting_account: None,
        address: client.address_text(),
        user_agent: client.user_agent,
        create_time: now,
        last_use_time: now,
        expire_time: now + api.limits.absolute,
        factor_time: now,
    };
    let secret = Secret::generate()?;
    for old in sessions::insert(tx, &session, &secret.hash(), MAX_SESSIONS).await? {
        events::session_revoked(tx, old, user.id).await?;
    }
    audit::by_user(tx, user, &session.id.to_string(), "session.created", &from).await?;
    Ok(pb::NewSession {
        secret: secret.reveal(),
        expire_time: Some(to_proto(session.expire_time)),
        recovery_codes_left: -1,
    })
}
