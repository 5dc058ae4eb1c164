//! How many enabled windows are ongoing and upcoming.

use nsp_kit::{call::Call, db::Tx};
use nsp_proto::maintenance::v1 as pb;

use crate::{
    domain::Phase,
    error::Error,
    store::{
        self,
        list::{Selection, View},
    },
};

pub async fn count_windows(
    call: &Call,
    _: pb::CountWindowsRequest,
) -> Result<pb::CountWindowsResponse, Error> {
    let mut tx = call.begin().await?;
    Ok(pb::CountWindowsResponse {
        ongoing: count(&mut tx, Phase::Ongoing).await?,
        upcoming: count(&mut tx, Phase::Upcoming).await?,
    })
}

async fn count(tx: &mut Tx, phase: Phase) -> Result<i32, Error> {
    let selection = Selection {
        view: View::Enabled,
        phase: Some(phase),
        ..Selection::default()
    };
    let count = store::list::count(tx, &selection).await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}
