//! The list of TLDs as a file: a line for each kind of report of each TLD, all pages, written as they come.

use axum::{extract::Query as Address, response::Response};
use nsp_proto::reporting::v1::{KindStatus, ListReportStatusesRequest, ReportStatus};

use crate::{
    csv_file::{PAGE, csv_file},
    errors::PageError,
    pages::{
        cases::csv::safe,
        reports::{query::Query, viewer, words},
    },
    signed_in::SignedIn,
    words::label,
};

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let query = Query::read(pairs, me.session.user.staff).first_page();
    let request = ListReportStatusesRequest {
        page_size: PAGE,
        ..query.request()
    };
    let name = format!("reports-{}.csv", query.view().id);
    csv_file(&name, me, move |me, page_token| {
        let request = ListReportStatusesRequest {
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
    request: &ListReportStatusesRequest,
) -> Result<(Vec<u8>, String), PageError> {
    let mut statuses = me.clients.report_statuses();
    let answer = statuses.list_report_statuses(request.clone()).await?;
    let answer = answer.into_inner();
    let broken = |_| PageError::Broken("a row could not be written");
    let mut writer = csv::Writer::from_writer(Vec::new());
    if request.page_token.is_empty() {
        let zone = me.times.zone();
        let [due, received] = ["Was due", "Received"].map(|title| format!("{title} ({zone})"));
        let titles = [
            "TLD",
            "Account",
            "Report",
            "Required",
            "Late",
            "Late since",
            &due,
            "Newest in",
            &received,
        ];
        writer.write_record(titles).map_err(broken)?;
    }
    for status in &answer.statuses {
        for kind in &status.kinds {
            let cells = record(me, status, kind);
            let cells = cells.iter().map(|cell| safe(cell));
            writer.write_record(cells).map_err(broken)?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| PageError::Broken("a row could not be written"))?;
    Ok((bytes, answer.next_page_token))
}

fn record(me: &SignedIn, status: &ReportStatus, kind: &KindStatus) -> [String; 9] {
    let late = kind.oldest_late.clone().unwrap_or_default();
    let newest = kind.newest_received.clone().unwrap_or_default();
    [
        label(&status.tld).shown,
        status.account_display_name.clone(),
        words::kind(kind.kind()).name.to_owned(),
        if kind.enabled { "yes" } else { "no" }.to_owned(),
        kind.late_count.to_string(),
        late.date,
        me.times.cell(late.due_time.as_ref()),
        newest.date,
        me.times.cell(newest.receive_time.as_ref()),
    ]
}
