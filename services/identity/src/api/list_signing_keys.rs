//! `ListSigningKeys`: what tokens are verified with.

use nsp_proto::identity::v1::{self as pb, list_signing_keys_response::SigningKey};
use tonic::Request;

use super::Api;
use crate::{error::Error, signer};

pub async fn list_signing_keys(
    api: &Api,
    request: Request<pb::ListSigningKeysRequest>,
) -> Result<pb::ListSigningKeysResponse, Error> {
    let (call, _) = api.context.enter(request)?;
    let mut tx = call.begin().await?;
    let keys = signer::published(&mut tx).await?.into_iter();
    tx.commit().await?;
    Ok(pb::ListSigningKeysResponse {
        keys: keys
            .map(|key| SigningKey {
                id: key.id,
                public_key: key.public_key,
            })
            .collect(),
    })
}
