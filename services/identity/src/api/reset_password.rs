//! `ResetPassword`: a new password by link.

use nsp_kit::status::Invalid;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert, soft_lock};
use crate::{
    domain::{
        client::Client,
        password::NewPassword,
        reset::{Reset, read_token},
        soft_lock::Credential,
        user::User,
    },
    error::Error,
    events,
    store::{attempts, audit::by_user, passwords, resets, sessions, users},
};

pub async fn reset_password(
    api: &Api,
    request: Request<pb::ResetPasswordRequest>,
) -> Result<pb::ResetPasswordResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let id = read_token(&message.token, &api.keyring).ok_or(Error::ResetEnded)?;
    let password: NewPassword = convert::parse("new_password", &message.new_password)?;

    let mut tx = call.begin().await?;
    let reset = good(resets::get(&mut tx, id).await?, call.now)?;
    let user = users::get(&mut tx, reset.person).await?;
    tx.commit().await?;
    let user = user.filter(User::is_active).ok_or(Error::ResetEnded)?;
    // Between two transactions: who waits for their turn must not hold a connection meanwhile.
    let password = password
        .unguessable(&user.known())
        .map_err(|problem| Invalid::field("new_password", problem))?;
    let hash = api.hasher.hash(&password).await?;

    let mut tx = call.begin().await?;
    // Again, and locked: the link may have been used meanwhile.
    good(resets::lock(&mut tx, id).await?, call.now)?;
    passwords::set(&mut tx, user.id, &hash).await?;
    soft_lock::forget(&mut tx, Credential::password(user.id)).await?;
    resets::use_up_all(&mut tx, user.id).await?;
    attempts::delete_all(&mut tx, user.id).await?;
    for session in sessions::delete_all(&mut tx, user.id, None).await? {
        events::session_revoked(&mut tx, session, user.id).await?;
    }
    let nowhere = Client::default();
    by_user(
        &mut tx,
        &user,
        &user.id.to_string(),
        "password.reset",
        &nowhere,
    )
    .await?;
    events::password_changed(&mut tx, user.id).await?;
    tx.commit().await?;
    Ok(pb::ResetPasswordResponse {})
}

fn good(reset: Option<Reset>, now: jiff::Timestamp) -> Result<Reset, Error> {
    reset
        .filter(|reset| reset.is_good(now))
        .ok_or(Error::ResetEnded)
}
