//! What was submitted for a TLD, newest first.

use data_encoding::HEXLOWER;
use nsp_kit::{call::Call, clock::to_proto, page::Page, status::Violations};
use nsp_proto::reporting::v1 as pb;
use uuid::Uuid;

use super::convert;
use crate::{
    domain::{Label, Period},
    error::Error,
    store::{self, history::Entry},
};

pub async fn list_submissions(
    call: &Call,
    request: pb::ListSubmissionsRequest,
) -> Result<pb::ListSubmissionsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<Uuid>::parse(request.page_size, &request.page_token, &mut bad);
    let label = request.parent.strip_prefix("tlds/");
    let label = label.and_then(|label| label.parse::<Label>().ok());
    if label.is_none() {
        bad.add("parent", "must have the form tlds/{tld}");
    }
    let (page, label) = bad.finish(page.zip(label))?;
    let kind = convert::optional_kind(request.kind());

    let mut tx = call.begin().await?;
    // Whoever may not see the TLD is told so, and not that nothing was submitted.
    store::statuses::get(&mut tx, &label).await?;
    let entries = store::history::page(&mut tx, &label, kind, &page).await?;
    let (entries, next_page_token) = page.split(entries, |entry| entry.id.0);
    Ok(pb::ListSubmissionsResponse {
        submissions: entries.iter().map(submission).collect(),
        next_page_token,
    })
}

fn submission(entry: &Entry) -> pb::Submission {
    pb::Submission {
        name: entry.id.to_string(),
        tld: entry.tld.clone(),
        kind: convert::kind_message(entry.kind).into(),
        date: entry
            .period
            .map_or_else(String::new, |date| Period::name(entry.kind, date)),
        external_id: entry.external_id.clone(),
        receive_time: Some(to_proto(entry.receive_time)),
        result: Some(pb::Result {
            code: entry.code,
            msg: entry.message.clone(),
            description: entry.description.clone(),
            domain_count: entry.domains,
        }),
        current: entry.current,
        client: entry.client.clone(),
        client_address: entry.client_address.clone(),
        accepted: entry.accepted,
        size: entry.size,
        sha256: HEXLOWER.encode(&entry.sha256),
    }
}
