//! `DeleteFactor`: removes a factor that is not the last.

use nsp_kit::events::{About, audit};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert, soft_lock};
use crate::{
    domain::{FactorId, factor::may_remove, soft_lock::Credential},
    error::Error,
    events::{self, FactorChange},
    store::{factors, users},
};

pub async fn delete_factor(
    api: &Api,
    request: Request<pb::DeleteFactorRequest>,
) -> Result<pb::DeleteFactorResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let id: FactorId = convert::parse("name", &message.name)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    // Two removals at once would each see the other's factor still there.
    users::lock(&mut tx, person.user).await?;
    let factor = factors::lock(&mut tx, id, person.user).await?;
    let factor = factor.ok_or(Error::NoFactor(id))?;
    may_remove(factors::count(&mut tx, person.user).await?)?;
    factors::delete(&mut tx, factor.id, person.user).await?;
    soft_lock::forget(&mut tx, Credential::totp(factor.id, person.user)).await?;
    audit(&mut tx, &About::new(&factor.id, None), "factor.removed").await?;
    let change = FactorChange::Removed(&factor.display_name);
    events::factor_changed(&mut tx, person.user, change).await?;
    tx.commit().await?;
    Ok(pb::DeleteFactorResponse {})
}
