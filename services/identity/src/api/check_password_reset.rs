//! `CheckPasswordReset`: whether a link still works.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::Api;
use crate::{domain::reset::read_token, error::Error, store::resets};

pub async fn check_password_reset(
    api: &Api,
    request: Request<pb::CheckPasswordResetRequest>,
) -> Result<pb::CheckPasswordResetResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let Some(id) = read_token(&message.token, &api.keyring) else {
        return Ok(pb::CheckPasswordResetResponse { good: false });
    };
    let mut tx = call.begin().await?;
    let reset = resets::get(&mut tx, id).await?;
    tx.commit().await?;
    let good = reset.is_some_and(|reset| reset.is_good(call.now));
    Ok(pb::CheckPasswordResetResponse { good })
}
