//! `ListAuditEvents`: what was done, as far as it is the caller's business.

use jiff::Timestamp;
use nsp_kit::{
    auth::Person,
    clock::from_proto,
    id::UserId,
    page::Page,
    status::{Invalid, Violations},
};
use nsp_proto::{auth::v1::Role, identity::v1 as pb};
use tonic::Request;
use uuid::Uuid;

use super::{Api, convert};
use crate::{
    error::Error,
    store::audit::{self, Filter},
};

/// Longer than any action.
const MAX_PREFIX: usize = 100;

pub async fn list_audit_events(
    api: &Api,
    request: Request<pb::ListAuditEventsRequest>,
) -> Result<pb::ListAuditEventsResponse, Error> {
    let (call, message) = api.context.enter(request)?;
    let person = call.person()?;
    let (filter, page) = parse(message, person)?;

    let mut tx = call.begin().await?;
    let events = audit::list(&mut tx, person.user, &filter, &page).await?;
    tx.commit().await?;
    let (events, next_page_token) = page.split(events, |event| (event.time, event.id.0));
    Ok(pb::ListAuditEventsResponse {
        events: events.iter().map(convert::audit_event).collect(),
        next_page_token,
    })
}

fn parse(
    message: pb::ListAuditEventsRequest,
    person: &Person,
) -> Result<(Filter, Page<(Timestamp, Uuid)>), Invalid> {
    let mut bad = Violations::default();
    if message.action_prefix.len() > MAX_PREFIX {
        bad.add("action_prefix", "must be at most 100 characters");
    }
    let mut time = |field, given: Option<Option<Timestamp>>| {
        if given == Some(None) {
            bad.add(field, "must be a time");
        }
        given.flatten()
    };
    let start = time("start_time", message.start_time.as_ref().map(from_proto));
    let end = time("end_time", message.end_time.as_ref().map(from_proto));
    let whose = if message.person.is_empty() {
        None
    } else {
        bad.parse::<UserId>("person", &message.person)
    };
    if start.zip(end).is_some_and(|(start, end)| start >= end) {
        bad.add("end_time", "must be after the start");
    }
    let page = Page::parse(message.page_size, &message.page_token, &mut bad);
    let administers = person.roles.contains(&Role::Administrator);
    let filter = Filter {
        account: person.account.filter(|_| administers),
        person: whose,
        action_prefix: message.action_prefix,
        start,
        end,
    };
    Ok((filter, bad.finish(page)?))
}
