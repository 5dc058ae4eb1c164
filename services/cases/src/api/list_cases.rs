//! The cases of a list view, filtered and sorted (NAV-8).

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::cases::v1 as pb;

use super::convert::{kind_filter, status_filter, view};
use crate::{
    error::Error,
    store::{
        self,
        list::{Key, Order, Selection},
    },
};

const MAX_QUERY: usize = 200;

pub async fn list_cases(
    call: &Call,
    request: pb::ListCasesRequest,
) -> Result<pb::ListCasesResponse, Error> {
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
    let cases = store::list::page(&mut tx, &selection, &page).await?;
    let (cases, next_page_token) = page.split(cases, |case| selection.key(case));
    Ok(pb::ListCasesResponse {
        cases: cases.into_iter().map(pb::Case::from).collect(),
        next_page_token,
        total_size: i32::try_from(total).unwrap_or(i32::MAX),
    })
}

fn selection(bad: &mut Violations, request: &pb::ListCasesRequest) -> Option<Selection> {
    let statuses: Option<Vec<_>> = request.statuses().map(status_filter).collect();
    if statuses.is_none() {
        bad.add("statuses", "must be statuses of cases");
    }
    if request.query.chars().count() > MAX_QUERY {
        bad.add("query", format!("must not exceed {MAX_QUERY} characters"));
    }
    let tld = bad.parse_optional("tld", &request.tld);
    let account = bad.parse_optional("account", &request.account);
    // Unspecified is the one order that begins with the latest.
    let (order, latest_first) = match request.order_by() {
        pb::CaseOrder::Unspecified => (Order::Update, true),
        pb::CaseOrder::Number => (Order::Number, false),
        pb::CaseOrder::Subject => (Order::Subject, false),
        pb::CaseOrder::Status => (Order::Status, false),
        pb::CaseOrder::DueTime => (Order::Due, false),
        pb::CaseOrder::UpdateTime => (Order::Update, false),
        pb::CaseOrder::Account => (Order::Account, false),
    };
    Some(Selection {
        view: view(request.view()),
        kind: kind_filter(request.kind()),
        statuses: statuses?,
        tld: tld?,
        query: Some(request.query.trim().to_owned()).filter(|query| !query.is_empty()),
        account: account?,
        order,
        descending: request.descending != latest_first,
    })
}
