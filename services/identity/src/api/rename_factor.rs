//! `RenameFactor`: another name for a factor.

use nsp_kit::{
    events::{About, audit},
    status::Violations,
};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    domain::{FactorId, factor::FactorName},
    error::Error,
    store::factors,
};

pub async fn rename_factor(
    api: &Api,
    request: Request<pb::RenameFactorRequest>,
) -> Result<pb::Factor, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let id = bad.parse::<FactorId>("name", &message.name);
    let name = bad.parse::<FactorName>("display_name", &message.display_name);
    let (id, name) = bad.finish(id.zip(name))?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let factor = factors::lock(&mut tx, id, person.user).await?;
    let mut factor = factor.ok_or(Error::NoFactor(id))?;
    factor.display_name = name;
    factors::rename(&mut tx, &factor).await?;
    audit(&mut tx, &About::new(&factor.id, None), "factor.renamed").await?;
    tx.commit().await?;
    Ok(convert::factor(&factor))
}
