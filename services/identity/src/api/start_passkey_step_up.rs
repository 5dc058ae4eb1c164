//! `StartPasskeyStepUp`: asks a signed-in person for one of their passkeys.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, passkey};
use crate::{domain::passkey::Purpose, error::Error, store::passkeys};

pub async fn start_passkey_step_up(
    api: &Api,
    request: Request<pb::StartPasskeyStepUpRequest>,
) -> Result<pb::PasskeyCeremony, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?.user;

    let mut tx = call.begin().await?;
    let own = passkeys::list(&mut tx, person).await?.into_iter();
    let own: Vec<_> = own.map(|credential| credential.value).collect();
    if own.is_empty() {
        return Err(Error::NoPasskey);
    }
    let question = api.passkeys.ask_for_one_of(own)?;
    let ceremony = passkey::begin(&mut tx, Purpose::StepUp, Some(person), None, question).await?;
    tx.commit().await?;
    Ok(ceremony)
}
