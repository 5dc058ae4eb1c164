//! `ChangePassword`: by one who knows the present one.

use nsp_kit::{
    events::{About, audit},
    status::{Invalid, Violations},
};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, soft_lock};
use crate::{
    domain::{
        client::Client,
        password::{NewPassword, Password},
        soft_lock::Credential,
    },
    error::Error,
    events,
    hasher::Verdict,
    store::{attempts, passwords, resets, sessions, users},
};

pub async fn change_password(
    api: &Api,
    request: Request<pb::ChangePasswordRequest>,
) -> Result<pb::ChangePasswordResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let user = users::get(&mut tx, person.user).await?;
    let user = user.ok_or(Error::NoUser(person.user))?;
    let kept = passwords::get(&mut tx, user.id).await?;
    tx.commit().await?;
    // Between two transactions: who waits for their turn must not hold a connection meanwhile.
    let (current, new) = parse(&message, &user.known())?;
    let verdict = api.hasher.verify(&current, kept.as_deref()).await?;
    let mut tx = call.begin().await?;
    let attempt = soft_lock::begin(&mut tx, Credential::password(user.id)).await?;
    if verdict == Verdict::Wrong || attempt.is_locked(&tx) {
        let nowhere = Client::default();
        attempt
            .refuse(&mut tx, Some("password.refused"), &nowhere)
            .await?;
        tx.commit().await?;
        return Err(wrong_current());
    }
    tx.commit().await?;
    let hash = api.hasher.hash(&new).await?;

    let mut tx = call.begin().await?;
    // Somebody may have changed it meanwhile; then the one that was shown is not the current one any more.
    if passwords::lock(&mut tx, user.id).await? != kept {
        return Err(wrong_current());
    }
    passwords::set(&mut tx, user.id, &hash).await?;
    soft_lock::forget(&mut tx, Credential::password(user.id)).await?;
    resets::use_up_all(&mut tx, user.id).await?;
    attempts::delete_all(&mut tx, user.id).await?;
    for session in sessions::delete_all(&mut tx, user.id, Some(person.session)).await? {
        events::session_revoked(&mut tx, session, user.id).await?;
    }
    audit(&mut tx, &About::new(&user.id, None), "password.changed").await?;
    events::password_changed(&mut tx, user.id).await?;
    tx.commit().await?;
    Ok(pb::ChangePasswordResponse {})
}

fn parse(
    message: &pb::ChangePasswordRequest,
    known: &[&str],
) -> Result<(Password, Password), Invalid> {
    let mut bad = Violations::default();
    let current = bad.parse::<Password>("current_password", &message.current_password);
    let new = bad.parse::<NewPassword>("new_password", &message.new_password);
    let new = new.and_then(|new| {
        let new = new.unguessable(known);
        new.map_err(|problem| bad.add("new_password", problem)).ok()
    });
    if message.current_password == message.new_password {
        bad.add("new_password", "must not be the one you have");
    }
    bad.finish(current.zip(new))
}

fn wrong_current() -> Error {
    Invalid::field(
        "current_password",
        "is not your password, or there were too many tries; wait a moment and try again",
    )
    .into()
}
