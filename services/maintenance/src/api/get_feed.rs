//! The account's calendar feed, without its secret.

use nsp_kit::call::Call;
use nsp_proto::maintenance::v1 as pb;

use super::convert::{self, acting_account};
use crate::{error::Error, store};

pub async fn get_feed(call: &Call, _: pb::GetFeedRequest) -> Result<pb::Feed, Error> {
    let account = acting_account(call.person()?)?;
    let mut tx = call.begin().await?;
    let feed = store::feeds::of_account(&mut tx, account).await?;
    feed.as_ref().map(convert::feed).ok_or(Error::FeedNotFound)
}
