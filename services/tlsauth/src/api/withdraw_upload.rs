//! Takes back what of an upload is not loaded yet.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::{convert::whole_account, get_upload::whole};
use crate::{announce, domain::ConsentState, error::Error, store};

pub async fn withdraw_upload(
    call: &Call,
    request: pb::WithdrawUploadRequest,
) -> Result<pb::Upload, Error> {
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;
    whole_account(call.person()?)?;

    let mut tx = call.begin().await?;
    let upload = store::uploads::get(&mut tx, id).await?;
    let mut any = false;
    for mut consent in store::consents::lock_of_upload(&mut tx, id).await? {
        if consent.decide(ConsentState::Withdrawn, tx.now()) {
            store::consents::decide(&mut tx, &consent).await?;
            any = true;
        }
    }
    if !any {
        return Err(Error::UploadDecided);
    }
    store::uploads::withdraw(&mut tx, id).await?;
    announce::upload_withdrawn(&mut tx, &upload).await?;
    let answer = whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(answer)
}
