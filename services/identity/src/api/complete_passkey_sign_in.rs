//! `CompletePasskeySignIn`: a passkey that verified its user signs in alone.

use nsp_kit::status::Violations;
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{
    Api, convert,
    passkey::{self, Asked},
    session_start,
};
use crate::{
    domain::{CeremonyId, passkey::Purpose},
    error::Error,
};

pub async fn complete_passkey_sign_in(
    api: &Api,
    request: Request<pb::CompletePasskeySignInRequest>,
) -> Result<pb::NewSession, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let ceremony = bad.parse::<CeremonyId>("ceremony", &message.ceremony);
    let client = convert::client(message.client.as_ref(), &mut bad);
    let (ceremony, client) = bad.finish(ceremony.zip(client))?;

    let mut tx = call.begin().await?;
    let state = passkey::take(&mut tx, ceremony, Purpose::SignIn, None, None).await?;
    match passkey::check(
        api,
        &mut tx,
        Asked::ForAny,
        state,
        &message.credential,
        &client,
    )
    .await
    {
        Ok(user) => {
            let session = session_start::start(api, &mut tx, &user, client).await?;
            tx.commit().await?;
            Ok(session)
        }
        Err(refusal) => {
            tx.commit().await?;
            Err(refusal)
        }
    }
}
