//! The list of windows as a file: the view as it is shown, all of its pages, written as they come.

use axum::{extract::Query as Address, response::Response};
use nsp_proto::maintenance::v1::{ListWindowsRequest, Window};

use crate::{
    csv_file::{PAGE, csv_file},
    errors::PageError,
    pages::{
        cases::csv::safe,
        maintenance::{query::Query, row, words},
    },
    signed_in::SignedIn,
    words::label,
};

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let query = Query::read(pairs).first_page();
    let request = ListWindowsRequest {
        page_size: PAGE,
        ..query.request()
    };
    let name = format!("maintenance-{}.csv", query.view().id);
    csv_file(&name, me, move |me, page_token| {
        let request = ListWindowsRequest {
            page_token,
            ..request.clone()
        };
        async move { page(&me, &request).await }
    })
    .await
}

/// One page as text, and the token of the next.
async fn page(me: &SignedIn, request: &ListWindowsRequest) -> Result<(Vec<u8>, String), PageError> {
    let answer = me
        .clients
        .windows()
        .list_windows(request.clone())
        .await?
        .into_inner();
    let broken = |_| PageError::Broken("a row could not be written");
    let mut writer = csv::Writer::from_writer(Vec::new());
    if request.page_token.is_empty() {
        let zone = me.times.zone();
        let [start, end] = ["Start", "End"].map(|title| format!("{title} ({zone})"));
        let titles = [
            "Name", "TLD", "Service", &start, &end, "Time", "Enabled", "Account", "Made by",
        ];
        writer.write_record(titles).map_err(broken)?;
    }
    for window in &answer.windows {
        let cells = record(me, window);
        writer
            .write_record(cells.iter().map(|cell| safe(cell)))
            .map_err(broken)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| PageError::Broken("a row could not be written"))?;
    Ok((bytes, answer.next_page_token))
}

fn record(me: &SignedIn, window: &Window) -> [String; 9] {
    [
        window.display_name.clone(),
        label(&window.tld).shown,
        row::service(window),
        me.times.cell(window.start_time.as_ref()),
        me.times.cell(window.end_time.as_ref()),
        words::phase(window.phase()).name.to_owned(),
        if window.enabled { "yes" } else { "no" }.to_owned(),
        window.account_display_name.clone(),
        window.creator_display_name.clone(),
    ]
}
