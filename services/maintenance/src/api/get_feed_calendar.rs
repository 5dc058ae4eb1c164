//! What a calendar program gets that knows the secret of a feed (MW-7).

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use jiff::SignedDuration;
use nsp_kit::call::Call;
use nsp_kit::secret::Secret;
use nsp_proto::maintenance::v1 as pb;

use crate::{
    error::Error,
    formats::icalendar,
    store::{
        self,
        list::{Selection, View},
    },
};

/// How long a window stays in the feed after its end.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
const MAX_WINDOWS: i64 = 1_000;
/// When the feed was read is noted once an hour.
const NOTED: SignedDuration = SignedDuration::from_hours(1);

pub async fn get_feed_calendar(
    call: &Call,
    request: pb::GetFeedCalendarRequest,
) -> Result<pb::FeedCalendar, Error> {
    // A secret that is malformed belongs to no feed, like any other that is wrong.
    let secret: Secret = request.secret.parse().map_err(|_| Error::FeedNotFound)?;

    let mut tx = call.begin().await?;
    let feed = store::feeds::of_secret(&mut tx, &secret).await?;
    let feed = feed.ok_or(Error::FeedNotFound)?;
    let selection = Selection {
        view: View::Enabled,
        account: Some(feed.account),
        after: Some(call.now - KEPT),
        ..Selection::default()
    };
    let windows = store::list::first(&mut tx, &selection, MAX_WINDOWS).await?;
    let account = store::accounts::name(&mut tx, feed.account).await?;
    if feed.read_time.is_none_or(|read| read + NOTED <= call.now) {
        store::feeds::set_read(&mut tx, feed.id).await?;
    }
    tx.commit().await?;

    let document = icalendar::calendar(&account, &windows);
    let hash = digest::digest(&digest::SHA256, document.as_bytes());
    let etag = HEXLOWER.encode(&hash.as_ref()[..16]);
    let not_modified = etag == request.if_none_match;
    Ok(pb::FeedCalendar {
        document: if not_modified {
            Vec::new()
        } else {
            document.into_bytes()
        },
        content_type: icalendar::CONTENT_TYPE.to_owned(),
        etag,
        not_modified,
    })
}
