//! Ends the account's calendar feed.

use nsp_kit::{
    call::Call,
    events::{About, audit},
    status::Violations,
};
use nsp_proto::maintenance::v1 as pb;

use super::convert::acting_account;
use crate::{error::Error, store};

pub async fn delete_feed(
    call: &Call,
    request: pb::DeleteFeedRequest,
) -> Result<pb::DeleteFeedResponse, Error> {
    let account = acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let id = bad.parse("name", &request.name);
    let id = bad.finish(id)?;

    let mut tx = call.begin().await?;
    if !store::feeds::delete(&mut tx, id, account).await? {
        return Err(Error::FeedNotFound);
    }
    audit(&mut tx, &About::new(&id, account), "feed.deleted").await?;
    tx.commit().await?;
    Ok(pb::DeleteFeedResponse {})
}
