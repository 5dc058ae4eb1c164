//! The log as a file: all that the filters leave, page by page as it comes.

use axum::response::Response;
use nsp_proto::identity::v1::{AuditEvent, ListAuditEventsRequest};

use super::{Log, about, words};
use crate::{
    csv_file::{PAGE, csv_file},
    errors::PageError,
    pages::{activity::query::Query, cases::csv::safe},
    signed_in::SignedIn,
    time::Times,
    words::device,
};

/// The answer.
pub async fn write(me: SignedIn, log: Log, query: &Query) -> Result<Response, PageError> {
    let mut request = query.first_page().request(&me.times, log.only(&me));
    request.page_size = PAGE;
    csv_file("activity.csv", me, move |me, page_token| {
        let request = ListAuditEventsRequest {
            page_token,
            ..request.clone()
        };
        async move { page(&me, &request).await }
    })
    .await
}

/// One page as text, and the token of the next.
async fn page(
    me: &SignedIn,
    request: &ListAuditEventsRequest,
) -> Result<(Vec<u8>, String), PageError> {
    let mut audit = me.clients.audit();
    let answer = audit.list_audit_events(request.clone()).await?.into_inner();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |_| PageError::Broken("a row could not be written");
    if request.page_token.is_empty() {
        let here = format!("Time ({})", me.times.zone());
        let titles = [
            &here,
            "Time (UTC)",
            "What",
            "Kind",
            "Person",
            "Device",
            "Address",
        ];
        writer.write_record(titles).map_err(broken)?;
    }
    for event in &answer.events {
        let cells = record(&me.times, event);
        writer
            .write_record(cells.iter().map(|cell| safe(cell)))
            .map_err(broken)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| PageError::Broken("a row could not be written"))?;
    Ok((bytes, answer.next_page_token))
}

fn record(times: &Times, event: &AuditEvent) -> [String; 7] {
    let client = event.client.clone().unwrap_or_default();
    let utc = times.moment(event.time.as_ref());
    [
        times.cell(event.time.as_ref()),
        utc.map_or_else(String::new, |at| at.iso),
        words::action(&event.action),
        event.action.clone(),
        about(event).1.to_owned(),
        if client.user_agent.is_empty() {
            String::new()
        } else {
            device(&client.user_agent)
        },
        client.address,
    ]
}

#[cfg(test)]
mod tests {
    use nsp_proto::identity::v1::Client;

    use super::*;

    #[test]
    fn a_row_has_the_words_the_kind_and_where_it_came_from() {
        let times = Times::new("Europe/Paris", jiff::Timestamp::UNIX_EPOCH);
        let event = AuditEvent {
            time: Some(nsp_proto::Timestamp {
                seconds: 1_795_190_400,
                nanos: 0,
            }),
            action: "sign-in.refused".to_owned(),
            actor: "services/gateway".to_owned(),
            actor_display_name: "gateway".to_owned(),
            person: "users/x".to_owned(),
            person_display_name: "=Jane".to_owned(),
            client: Some(Client {
                user_agent: "Firefox/148.0 Linux".to_owned(),
                address: "2001:db8::7".to_owned(),
            }),
            ..Default::default()
        };
        let row = record(&times, &event);
        let cells: Vec<String> = row.iter().map(|cell| safe(cell)).collect();
        assert_eq!(
            cells,
            [
                "2026-11-20 17:00:00+01:00",
                "2026-11-20T16:00:00Z",
                "Sign-in refused",
                "sign-in.refused",
                "'=Jane",
                "Firefox on Linux",
                "2001:db8::7",
            ]
        );
    }
}
