//! TLDs, each with how it stands.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::reporting::v1 as pb;

use super::get_report_status::{periods, status};
use crate::{
    error::Error,
    settings::Settings,
    store::{
        self,
        statuses::{Key, Order, Selection},
    },
};

const MAX_QUERY: usize = 63;
/// What a list shows of each kind.
const NEWEST: usize = 1;

pub async fn list_report_statuses(
    call: &Call,
    settings: &Settings,
    request: pb::ListReportStatusesRequest,
) -> Result<pb::ListReportStatusesResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<Key>::parse(request.page_size, &request.page_token, &mut bad);
    let query = request
        .query
        .trim()
        .trim_start_matches('.')
        .to_ascii_lowercase();
    if query.chars().count() > MAX_QUERY || query.contains('\0') {
        let problem = format!("must not exceed {MAX_QUERY} characters or contain NUL");
        bad.add("query", problem);
    }
    let account = bad.parse_optional("account", &request.account);
    let (page, account) = bad.finish(page.zip(account))?;
    let order = match request.order_by() {
        pb::ReportStatusOrder::Unspecified => Order::Label,
        pb::ReportStatusOrder::Late => Order::Late,
    };
    let selection = Selection {
        query,
        late_only: request.late_only,
        account,
    };
    let late = Selection {
        late_only: true,
        ..Selection::default()
    };

    let mut tx = call.begin().await?;
    let rows = store::statuses::page(&mut tx, &selection, order, &page).await?;
    let total = store::statuses::count(&mut tx, &selection).await?;
    let late = store::statuses::count(&mut tx, &late).await?;
    let (rows, next_page_token) = page.split(rows, |row| Key {
        late: row.late,
        label: row.label.clone(),
    });
    let tlds: Vec<_> = rows
        .iter()
        .map(|row| (row.label.as_str(), row.owes_from))
        .collect();
    let all = periods(&mut tx, settings, &tlds).await?;
    let statuses = rows.iter().map(|row| {
        let mut message = status(row, &all, settings, NEWEST);
        // The count that the list is filtered by.
        message.late_count = i32::try_from(row.late).unwrap_or(i32::MAX);
        message
    });
    Ok(pb::ListReportStatusesResponse {
        statuses: statuses.collect(),
        next_page_token,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
        late_size: i32::try_from(late).unwrap_or(i32::MAX),
    })
}
