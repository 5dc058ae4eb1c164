//! `ListFactors`: the caller's factors.

use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    error::Error,
    store::{factors, recovery_codes},
};

pub async fn list_factors(
    api: &Api,
    request: Request<pb::ListFactorsRequest>,
) -> Result<pb::ListFactorsResponse, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let factors = factors::list(&mut tx, person.user).await?;
    let recovery_codes_left = recovery_codes::count(&mut tx, person.user).await?;
    tx.commit().await?;
    Ok(pb::ListFactorsResponse {
        factors: factors.iter().map(convert::factor).collect(),
        recovery_codes_left,
    })
}
