//! `Authenticate`: from a session's secret to a token, in two queries.

use nsp_kit::clock::to_proto;
use nsp_kit::secret::Secret;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    domain::session::acting,
    error::Error,
    store::{memberships, sessions, users},
};

pub async fn authenticate(
    api: &Api,
    request: Request<pb::AuthenticateRequest>,
) -> Result<pb::AuthenticateResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let secret: Secret = message.secret.parse().map_err(|_| Error::SessionEnded)?;

    let mut tx = call.begin().await?;
    let found = users::find_by_session(&mut tx, &secret.hash()).await?;
    let good = found
        .filter(|found| found.user.is_active() && found.session.is_good(&api.limits, call.now));
    let users::WithSession { user, mut session } = good.ok_or(Error::SessionEnded)?;
    let memberships = if user.is_staff() {
        Vec::new()
    } else {
        memberships::list(&mut tx, user.id).await?
    };
    if session.use_counts(call.now) {
        sessions::touch(&mut tx, session.id).await?;
        session.last_use_time = call.now;
    }
    let acting = acting(&memberships, session.acting_account);
    let person = user.acting(session.id, acting, session.factor_time);
    let token = api
        .signer
        .token(&mut tx, &person, session.expire_time)
        .await?;
    tx.commit().await?;
    Ok(pb::AuthenticateResponse {
        token: token.text,
        token_expire_time: Some(to_proto(token.expire_time)),
        session: Some(convert::session(&session, session.id)),
        user: Some(convert::user(&user)),
        acting: acting.map(convert::membership),
        memberships: memberships.iter().map(convert::membership).collect(),
        staff_roles: convert::staff_roles(&user),
    })
}
