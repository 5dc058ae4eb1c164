//! `StartPasskeySignIn`: asks for any passkey that verifies its user.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, passkey};
use crate::{domain::passkey::Purpose, error::Error};

/// Nobody says who they are yet, so there is nothing that the answer could tell.
pub async fn start_passkey_sign_in(
    api: &Api,
    request: Request<pb::StartPasskeySignInRequest>,
) -> Result<pb::PasskeyCeremony, Error> {
    let (call, _) = api.context.enter(request)?;
    let question = api.passkeys.ask_for_any()?;
    let mut tx = call.begin().await?;
    let ceremony = passkey::begin(&mut tx, Purpose::SignIn, None, None, question).await?;
    tx.commit().await?;
    Ok(ceremony)
}
