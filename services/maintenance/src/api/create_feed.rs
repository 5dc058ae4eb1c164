//! Makes the account's calendar feed, and its secret, which nobody can read again.

use nsp_kit::secret::Secret;
use nsp_kit::{
    call::Call,
    events::{About, audit},
};
use nsp_proto::maintenance::v1 as pb;

use super::convert::{self, acting_account};
use crate::{
    domain::FeedId,
    error::Error,
    store::{self, feeds::Feed},
};

pub async fn create_feed(
    call: &Call,
    request: pb::CreateFeedRequest,
) -> Result<pb::CreateFeedResponse, Error> {
    let person = call.person()?;
    let account = acting_account(person)?;
    if !person.tlds.is_empty() {
        return Err(Error::FeedForAllTlds);
    }

    let mut tx = call.begin().await?;
    if request.replace
        && let Some(old) = store::feeds::of_account(&mut tx, account).await?
    {
        store::feeds::delete(&mut tx, old.id, account).await?;
        audit(&mut tx, &About::new(&old.id, account), "feed.deleted").await?;
    }
    let secret = Secret::generate().map_err(|_| Error::Random)?;
    let feed = Feed {
        id: FeedId::new(),
        account,
        creator: call.actor.to_string(),
        creator_name: call.actor.display_name().to_owned(),
        create_time: call.now,
        read_time: None,
    };
    if !store::feeds::insert(&mut tx, &feed, &secret).await? {
        return Err(Error::FeedExists);
    }
    audit(&mut tx, &About::new(&feed.id, account), "feed.created").await?;
    tx.commit().await?;
    Ok(pb::CreateFeedResponse {
        feed: Some(convert::feed(&feed)),
        secret: secret.reveal(),
    })
}
