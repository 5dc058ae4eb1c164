//! Deletes a schedule that has not started: all of its windows, or none.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::{
    delete_windows::announce_deleted,
    schedule_service::{client, lock, rejection, target},
};
use crate::{ResultCodes, domain::Faults, error::Error, store};

pub async fn delete_schedule(
    call: &Call,
    codes: &ResultCodes,
    request: pb::DeleteScheduleRequest,
) -> Result<pb::DeleteScheduleResponse, Error> {
    let mut bad = Violations::default();
    let target = target(&mut bad, "", &request.tld, &request.schedule_id);
    let client = client(&mut bad, request.client);
    let (target, client) = bad.finish(target.zip(client))?;

    let mut tx = call.begin().await?;
    tx.on_behalf_of(&client.name);
    let (_, windows) = lock(&mut tx, &target).await?;
    if windows.is_empty() {
        return Err(Error::ScheduleNotFound);
    }
    let mut faults = Faults::default();
    for window in &windows {
        if let Err(refusal) = window.check_deletable(call.now) {
            faults.add_refusal(refusal);
        }
    }
    if let Some(rejection) = rejection(&faults, codes) {
        return Ok(pb::DeleteScheduleResponse {
            rejection: Some(rejection),
        });
    }
    let ids: Vec<_> = windows.iter().map(|window| window.id).collect();
    store::windows::delete(&mut tx, &ids).await?;
    for window in &windows {
        announce_deleted(&mut tx, window).await?;
    }
    tx.commit().await?;
    Ok(pb::DeleteScheduleResponse::default())
}
