//! TLDs, each with how it stands.

use nsp_kit::{call::Call, clock::to_proto, db::Tx, page::Page, status::Violations};
use nsp_proto::reporting::v1 as pb;

use super::{convert, get_report_status::message};
use crate::{
    domain::{Kind, Period, owes, tracked},
    error::Error,
    settings::Settings,
    store::{
        self, newest,
        statuses::{Key, Order, Row, Selection},
    },
};

const MAX_QUERY: usize = 63;

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
    let statuses = statuses(&mut tx, settings, &rows).await?;
    Ok(pb::ListReportStatusesResponse {
        statuses,
        next_page_token,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
        late_size: i32::try_from(late).unwrap_or(i32::MAX),
    })
}

/// How these TLDs stand: what is expected now of each kind, the newest that is in, and what is overdue.
async fn statuses(
    tx: &mut Tx,
    settings: &Settings,
    rows: &[Row],
) -> Result<Vec<pb::ReportStatus>, Error> {
    let labels: Vec<String> = rows.iter().map(|row| row.label.clone()).collect();
    let mut newest = newest::of(tx, &labels).await?;
    let late = newest::late(tx, &labels).await?;
    let (now, rri) = (tx.now(), &settings.rri);
    let tracked = Kind::ALL.map(|kind| (kind, tracked(kind, now, rri)));
    let statuses = rows.iter().map(|row| {
        let kinds = tracked.iter().map(|(kind, dates)| {
            let (kind, key) = (*kind, (row.label.clone(), *kind));
            let period = |date, progress| {
                let period = Period::of(kind, date, progress, now, rri);
                convert::period(kind, &period)
            };
            let newest = newest.remove(&key);
            let last = newest.as_ref().map(|newest| to_proto(newest.last_time));
            let mut status = pb::KindStatus {
                kind: convert::kind_message(kind).into(),
                last_receive_time: last,
                ..Default::default()
            };
            // Nothing is expected of an interface that is closed.
            if !rri.is_open(kind, &row.label) {
                return status;
            }
            status.enabled = true;
            let newest =
                newest.filter(|newest| dates.last().is_some_and(|first| newest.period >= *first));
            if let Some(expected) = dates.first() {
                let came = newest.as_ref().filter(|newest| newest.period == *expected);
                if came.is_some() || owes(kind, *expected, row.owes_from) {
                    let progress = came.map(|came| came.progress.clone());
                    status.periods = vec![period(*expected, progress)];
                }
            }
            status.newest_received =
                newest.map(|newest| period(newest.period, Some(newest.progress)));
            if let Some(late) = late.get(&key) {
                status.late_count = i32::try_from(late.count).unwrap_or(i32::MAX);
                status.oldest_late = Some(period(late.oldest, None));
            }
            status
        });
        message(row, kinds.collect())
    });
    Ok(statuses.collect())
}
