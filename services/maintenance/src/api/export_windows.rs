//! Windows as an XML document of RFC 9167 items (MW-7).

use nsp_kit::{auth::Scope, call::Call, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::convert::{optional_moment, view};
use crate::{
    error::Error,
    formats::rfc9167,
    store::{self, list::Selection},
};

/// As many as fit into a message: an item takes at most 3,500 bytes if its text is mostly ASCII.
const MAX_WINDOWS: usize = 1_000;
const MAX_DOCUMENT: usize = 3_900_000;

pub async fn export_windows(
    call: &Call,
    request: pb::ExportWindowsRequest,
) -> Result<pb::ExportWindowsResponse, Error> {
    let mut bad = Violations::default();
    let tld = bad.parse_optional("tld", &request.tld);
    let account = bad.parse_optional("account", &request.account);
    if matches!(call.actor.scope(), Scope::Staff) && account == Some(None) {
        bad.add("account", "must be given");
    }
    let start = request.overlap_start_time.as_ref();
    let end = request.overlap_end_time.as_ref();
    let after = optional_moment(&mut bad, "overlap_start_time", start);
    let before = optional_moment(&mut bad, "overlap_end_time", end);
    let parsed = tld.zip(account).zip(after).zip(before);
    let (((tld, account), after), before) = bad.finish(parsed)?;

    let selection = Selection {
        view: view(request.view()),
        tld,
        account,
        after,
        before,
        ..Selection::default()
    };
    let mut tx = call.begin().await?;
    let limit = i64::try_from(MAX_WINDOWS + 1).unwrap_or(i64::MAX);
    let windows = store::list::first(&mut tx, &selection, limit).await?;
    if windows.len() > MAX_WINDOWS {
        return Err(Error::ExportTooLarge);
    }
    let document = rfc9167::document(&windows)?;
    if document.len() > MAX_DOCUMENT {
        return Err(Error::ExportTooLarge);
    }
    Ok(pb::ExportWindowsResponse {
        document,
        content_type: rfc9167::CONTENT_TYPE.to_owned(),
    })
}
