//! One schedule.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::schedule_service::{schedule, target};
use crate::{error::Error, store};

pub async fn get_schedule(
    call: &Call,
    request: pb::GetScheduleRequest,
) -> Result<pb::Schedule, Error> {
    let mut bad = Violations::default();
    let target = target(&mut bad, "", &request.tld, &request.schedule_id);
    let target = bad.finish(target)?;

    let mut tx = call.begin().await?;
    let windows = store::schedules::find(&mut tx, &target.tld, &target.id).await?;
    schedule(&windows).ok_or(Error::ScheduleNotFound)
}
