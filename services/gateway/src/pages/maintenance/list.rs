//! The list of windows: a view, filtered, sorted, page by page (MW-1). Staff read those of all accounts.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::{HeaderName, HeaderValue, StatusCode};
use nsp_proto::maintenance::v1::Service;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::maintenance::{catalogue, query::Query, row::Row, tlds::tlds, words},
    signed_in::SignedIn,
    urls,
    words::Label,
};

#[derive(Template)]
#[template(path = "maintenance/list.html", blocks = ["list"])]
struct List {
    page: Frame,
    staff: bool,
    may_write: bool,
    query: Query,
    rows: Vec<Row>,
    tally: String,
    /// The first page, once one is past it; empty otherwise.
    first: String,
    next: String,
    csv: String,
    xml: String,
    chips: Vec<(&'static str, String, String)>,
    tlds: Vec<Label>,
    services: Vec<Service>,
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let staff = me.session.user.staff;
    let query = Query::read(pairs);
    let mut clients = me.clients.windows();
    let labels = async {
        if staff {
            Vec::new()
        } else {
            tlds(&me).await.unwrap_or_default()
        }
    };
    let (page, windows, services, tlds) = tokio::join!(
        me.frame(Tab::Maintenance, query.view().name),
        clients.list_windows(query.request()),
        catalogue(&me),
        labels
    );
    let windows = windows?.into_inner();
    let services = services.unwrap_or_default();
    let next = &windows.next_page_token;
    let list = List {
        page,
        staff,
        may_write: me.plans(),
        tally: tally(query.from, windows.windows.len(), windows.total_size),
        next: if next.is_empty() {
            String::new()
        } else {
            query.next_page(next, windows.windows.len()).href()
        },
        first: if query.after.is_empty() {
            String::new()
        } else {
            query.first_page().href()
        },
        csv: query.first_page().href_at(urls::MAINTENANCE_CSV),
        xml: query.first_page().href_at(urls::MAINTENANCE_XML),
        chips: query.chips(&services),
        rows: windows
            .windows
            .iter()
            .map(|window| Row::new(window, &me.times))
            .collect(),
        tlds,
        services,
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

/// `51–100 of 312 windows`.
fn tally(from: u32, shown: usize, total: i32) -> String {
    let total = usize::try_from(total).unwrap_or_default();
    let more = if total >= 10_000 { "+" } else { "" };
    let all = words::windows(total).replacen(' ', &format!("{more} "), 1);
    let first = usize::try_from(from).unwrap_or(1);
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
        assert_eq!(tally(1, 50, 312), "1–50 of 312 windows");
        assert_eq!(tally(301, 12, 312), "301–312 of 312 windows");
        assert_eq!(tally(1, 1, 1), "1 window");
        assert_eq!(tally(1, 0, 0), "0 windows");
    }
}
