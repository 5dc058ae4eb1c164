//! The windows of a list view, filtered and sorted (MW-1).

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::convert::{listed, optional_moment, phase_filter, view};
use crate::{
    error::Error,
    store::{
        self,
        list::{Key, Order, Selection},
    },
};

const MAX_QUERY: usize = 200;

pub async fn list_windows(
    call: &Call,
    request: pb::ListWindowsRequest,
) -> Result<pb::ListWindowsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<Key>::parse(request.page_size, &request.page_token, &mut bad);
    let selection = selection(&mut bad, &request);
    if let (Some(page), Some(selection)) = (&page, &selection)
        && page.after.as_ref().is_some_and(|key| !selection.fits(key))
    {
        bad.add("page_token", "belongs to a list in another order");
    }
    let (page, selection) = bad.finish(page.zip(selection))?;

    let mut tx = call.begin().await?;
    let total = store::list::count(&mut tx, &selection).await?;
    let windows = store::list::page(&mut tx, &selection, &page).await?;
    let (windows, next_page_token) = page.split(windows, |window| selection.key(window));
    Ok(pb::ListWindowsResponse {
        windows: windows.iter().map(|one| listed(one, call.now)).collect(),
        next_page_token,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}

fn selection(bad: &mut Violations, request: &pb::ListWindowsRequest) -> Option<Selection> {
    if request.query.chars().count() > MAX_QUERY {
        bad.add("query", format!("must not exceed {MAX_QUERY} characters"));
    }
    let tld = bad.parse_optional("tld", &request.tld);
    let service = bad.parse_optional("service", &request.service);
    let account = bad.parse_optional("account", &request.account);
    let after = optional_moment(
        bad,
        "overlap_start_time",
        request.overlap_start_time.as_ref(),
    );
    let before = optional_moment(bad, "overlap_end_time", request.overlap_end_time.as_ref());
    let order = match request.order_by() {
        pb::WindowOrder::Unspecified | pb::WindowOrder::StartTime => Order::Start,
        pb::WindowOrder::DisplayName => Order::Name,
        pb::WindowOrder::Tld => Order::Tld,
    };
    Some(Selection {
        view: view(request.view()),
        tld: tld?,
        service: service?,
        phase: phase_filter(request.phase()),
        query: Some(request.query.trim().to_owned()).filter(|query| !query.is_empty()),
        after: after?,
        before: before?,
        account: account?,
        order,
        descending: request.descending,
    })
}
