//! A list as a file: the view as it is shown, all of its pages, written as they come (NAV-8).

use axum::{extract::Query as Address, response::Response};
use nsp_proto::cases::v1::{Case, ListCasesRequest, case::Turn};

use crate::{
    csv_file::{PAGE, csv_file},
    errors::PageError,
    pages::cases::query::Query,
    signed_in::{Party, SignedIn},
    urls,
    words::{self, View},
};

pub async fn get(
    Party(me): Party,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let query = Query::read(urls::CASES_CSV, pairs);
    write(me, &query, &words::VIEWS).await
}

/// The answer.
pub async fn write(me: SignedIn, query: &Query, views: &[View]) -> Result<Response, PageError> {
    let mut request = query.first_page().request(views);
    request.page_size = PAGE;
    let name = format!("cases-{}.csv", query.view(views).id);
    csv_file(&name, me, move |me, page_token| {
        let request = ListCasesRequest {
            page_token,
            ..request.clone()
        };
        async move { page(&me, &request).await }
    })
    .await
}

/// One page as text, and the token of the next.
async fn page(me: &SignedIn, request: &ListCasesRequest) -> Result<(Vec<u8>, String), PageError> {
    let answer = me
        .clients
        .cases()
        .list_cases(request.clone())
        .await?
        .into_inner();
    let staff = me.session.user.staff;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |_| PageError::Broken("a row could not be written");
    if request.page_token.is_empty() {
        let zone = me.times.zone();
        let mut titles = vec!["Number", "Subject", "Kind", "TLDs", "Whose turn", "Status"];
        let times = [format!("Due ({zone})"), format!("Updated ({zone})")];
        titles.extend(times.iter().map(String::as_str));
        if staff {
            titles.extend(["Account", "Assignee"]);
        }
        writer.write_record(titles).map_err(broken)?;
    }
    for case in &answer.cases {
        writer
            .write_record(record(me, case, staff).iter().map(|cell| safe(cell)))
            .map_err(broken)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| PageError::Broken("a row could not be written"))?;
    Ok((bytes, answer.next_page_token))
}

fn record(me: &SignedIn, case: &Case, staff: bool) -> Vec<String> {
    let tlds: Vec<_> = case
        .tlds
        .iter()
        .map(|tld| words::label(tld).shown)
        .collect();
    let turn = match case.turn() {
        Turn::Party if staff => "Party",
        Turn::Party => "You",
        Turn::Icann => "ICANN",
        Turn::Nobody | Turn::Unspecified => "Nobody",
    };
    let due = case.due_time.as_ref().filter(|_| case.end_time.is_none());
    let mut cells = vec![
        case.number.clone(),
        case.subject.clone(),
        words::kind(case.kind()).to_owned(),
        tlds.join(" "),
        turn.to_owned(),
        words::status(case.status()).to_owned(),
        me.times.cell(due),
        me.times.cell(case.update_time.as_ref()),
    ];
    if staff {
        cells.push(case.account_display_name.clone());
        cells.push(case.assignee_display_name.clone());
    }
    cells
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe, which makes it text.
pub fn safe(cell: &str) -> String {
    let formula = cell
        .trim_start()
        .starts_with(['=', '+', '-', '@', '|', '%'])
        || cell.starts_with(['\t', '\r', '\n']);
    if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for bad in [
            "=1+1",
            "+1",
            "-2",
            "@SUM(A1)",
            "\t=1",
            " =cmd|' /C calc'!A0",
            "\r=1",
        ] {
            assert!(safe(bad).starts_with('\''), "{bad:?}");
        }
        assert_eq!(safe("Letter of 3 May = signed"), "Letter of 3 May = signed");
        assert_eq!(safe(".例え"), ".例え");
        assert_eq!(safe(""), "");
    }
}
