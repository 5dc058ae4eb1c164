//! TLDs with how their reports stand, what is late first. Staff read those of all accounts.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::reports::{query::Query, row::Row, viewer},
    signed_in::SignedIn,
    time::counted,
    urls,
};

#[derive(Template)]
#[template(path = "reports/list.html", blocks = ["list"])]
struct List {
    page: Frame,
    staff: bool,
    /// TLDs are those of other accounts.
    provider: bool,
    query: Query,
    rows: Vec<Row>,
    tally: String,
    /// How many TLDs have something late.
    late: i32,
    /// The first page, once one is past it; empty otherwise.
    first: String,
    next: String,
    csv: String,
    chips: Vec<(&'static str, String, String)>,
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let staff = me.session.user.staff;
    let query = Query::read(pairs, staff);
    let mut statuses = me.clients.report_statuses();
    let (page, answer) = tokio::join!(
        me.frame(Tab::Reports, query.view().name),
        statuses.list_report_statuses(query.request()),
    );
    let answer = answer?.into_inner();
    let shown = answer.statuses.len();
    let next = &answer.next_page_token;
    let account = answer.statuses.first();
    let account = account.map_or("chosen", |first| first.account_display_name.as_str());
    let list = List {
        page,
        staff,
        provider: me.provides(),
        tally: tally(query.from, shown, answer.total_size),
        late: answer.late_size,
        next: if next.is_empty() {
            String::new()
        } else {
            query.next_page(next, shown).href()
        },
        first: if query.after.is_empty() {
            String::new()
        } else {
            query.first_page().href()
        },
        csv: query.first_page().href_at(urls::REPORTS_CSV),
        chips: query.chips(account),
        rows: answer
            .statuses
            .iter()
            .map(|status| Row::new(status, staff, &me.times))
            .collect(),
        query,
    };
    if !me.fragment {
        return html(StatusCode::OK, &list);
    }
    // The address without what was left empty.
    let mut response = html(StatusCode::OK, &list.as_list())?;
    if let Ok(address) = HeaderValue::try_from(list.query.href()) {
        let name = HeaderName::from_static("hx-push-url");
        response.headers_mut().insert(name, address);
    }
    Ok(response)
}

/// `51–100 of 312 TLDs`.
fn tally(from: u32, shown: usize, total: i32) -> String {
    let more = if total >= 10_000 { "+" } else { "" };
    let total = u64::try_from(total).unwrap_or_default();
    let all = counted(total, "TLD").replacen(' ', &format!("{more} "), 1);
    let (first, shown) = (u64::from(from), shown as u64);
    if shown == 0 || (first == 1 && shown == total) {
        return all;
    }
    format!("{first}–{} of {all}", first + shown - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tally_says_which_part_is_shown() {
        assert_eq!(tally(1, 50, 312), "1–50 of 312 TLDs");
        assert_eq!(tally(10_001, 50, 10_000), "10001–10050 of 10000+ TLDs");
        assert_eq!(tally(1, 1, 1), "1 TLD");
        assert_eq!(tally(1, 0, 0), "0 TLDs");
    }
}
