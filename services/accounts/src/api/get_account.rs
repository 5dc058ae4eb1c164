//! One account.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::accounts::v1 as pb;

use crate::{error::Error, store};

pub async fn get_account(
    call: &Call,
    request: &pb::GetAccountRequest,
) -> Result<pb::Account, Error> {
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;

    let mut tx = call.begin().await?;
    let account = store::accounts::get(&mut tx, id).await?;
    Ok(account.ok_or(Error::AccountNotFound(id))?.into())
}
