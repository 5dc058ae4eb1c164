//! `RequestPasswordReset`: somebody forgot a password.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{domain::email::EmailKey, error::Error, store::resets};

/// Only writes the wish down, for every address alike; `jobs::answer_resets` does the rest.
pub async fn request_password_reset(
    api: &Api,
    request: Request<pb::RequestPasswordResetRequest>,
) -> Result<pb::RequestPasswordResetResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let email: EmailKey = convert::parse("email", &message.email)?;

    let mut tx = call.begin().await?;
    resets::request(&mut tx, &email).await?;
    tx.commit().await?;
    api.wished.notify_one();
    Ok(pb::RequestPasswordResetResponse {})
}
