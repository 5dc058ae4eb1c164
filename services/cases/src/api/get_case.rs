//! One case.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::cases::v1 as pb;

use crate::{error::Error, store};

pub async fn get_case(call: &Call, request: pb::GetCaseRequest) -> Result<pb::Case, Error> {
    let mut bad = Violations::default();
    let name = bad.parse("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let case = store::cases::get(&mut tx, name).await?;
    Ok(pb::Case::from(&case))
}
