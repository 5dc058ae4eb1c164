//! The case that a case continues, and those that continue it.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::cases::v1 as pb;

use crate::{error::Error, store};

pub async fn list_related_cases(
    call: &Call,
    request: pb::ListRelatedCasesRequest,
) -> Result<pb::ListRelatedCasesResponse, Error> {
    let mut bad = Violations::default();
    let name = bad.parse("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let case = store::cases::get(&mut tx, name).await?;
    let related = store::list::related(&mut tx, case.id, case.follows).await?;
    Ok(pb::ListRelatedCasesResponse {
        cases: related.into_iter().map(pb::Case::from).collect(),
    })
}
