//! What windows are about.

use nsp_kit::call::Call;
use nsp_proto::maintenance::v1 as pb;

use crate::{error::Error, store};

pub async fn list_services(
    call: &Call,
    _: pb::ListServicesRequest,
) -> Result<pb::ListServicesResponse, Error> {
    let mut tx = call.begin().await?;
    let services = store::catalogue::list(&mut tx).await?.into_iter();
    let services = services.map(|service| pb::Service {
        code: service.code,
        display_name: service.name,
    });
    Ok(pb::ListServicesResponse {
        services: services.collect(),
    })
}
