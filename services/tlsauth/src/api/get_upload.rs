//! One upload with its consents.

use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::convert;
use crate::{domain::UploadId, error::Error, store};

pub async fn get_upload(call: &Call, request: pb::GetUploadRequest) -> Result<pb::Upload, Error> {
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;

    let mut tx = call.begin().await?;
    whole(&mut tx, id).await
}

/// An upload as it is now.
pub async fn whole(tx: &mut Tx, id: UploadId) -> Result<pb::Upload, Error> {
    let upload = store::uploads::get(tx, id).await?;
    let consents = store::consents::of_upload(tx, id).await?;
    Ok(pb::Upload {
        consents: consents.iter().map(convert::consent).collect(),
        ..convert::upload(&upload)
    })
}
