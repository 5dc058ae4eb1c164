//! The schedules of a TLD that have not ended.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::schedule_service::{id_of, schedule};
use crate::{
    domain::{Label, Window},
    error::Error,
    store,
};

/// How many windows are looked at, and how many schedules told.
const MAX_WINDOWS: i64 = 4_000;
const MAX_SCHEDULES: usize = 1_000;

pub async fn list_schedules(
    call: &Call,
    request: pb::ListSchedulesRequest,
) -> Result<pb::ListSchedulesResponse, Error> {
    let mut bad = Violations::default();
    let tld = bad.parse::<Label>("tld", &request.tld);
    let tld = bad.finish(tld)?;

    let mut tx = call.begin().await?;
    let windows = store::schedules::not_ended(&mut tx, &tld, MAX_WINDOWS).await?;
    let schedules = grouped(windows).into_iter();
    let schedules = schedules.filter_map(|windows| schedule(&windows));
    Ok(pb::ListSchedulesResponse {
        schedules: schedules.take(MAX_SCHEDULES).collect(),
    })
}

/// The windows of each schedule, in the order in which schedules appear.
fn grouped(windows: Vec<Window>) -> Vec<Vec<Window>> {
    let mut places = std::collections::HashMap::new();
    let mut groups: Vec<Vec<Window>> = Vec::new();
    for window in windows {
        let place = *places.entry(id_of(&window)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(window),
            None => groups.push(vec![window]),
        }
    }
    groups
}
