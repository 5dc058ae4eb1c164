//! A case, as staff work on it: queue, conversation with internal notes, facts.

use askama::Template;
use axum::{
    extract::Query,
    response::{Html, IntoResponse, Response},
};
use http::StatusCode;
use nsp_proto::{
    accounts::v1::{Account, Contact, GetAccountRequest, ListContactsRequest},
    cases::v1::{Case, CaseOrder, ListCasesRequest},
};
use serde::Deserialize;
use tonic::Status;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{Frame, Tab, html},
    pages::{
        cases::{
            Number,
            conversation::{self, Conversation},
            head::Head,
            row::Row,
            show::{get_case, related, request_id},
        },
        staff::act::Action,
    },
    signed_in::{SignedIn, Staff},
    urls,
    words::{self, View},
};

/// As many as a tall window shows.
const QUEUE: i32 = 30;

/// Which queue stands beside the case, and which page of a long conversation is shown.
#[derive(Debug, Default, Deserialize)]
pub struct Beside {
    #[serde(default)]
    pub view: String,
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "staff/case.html", blocks = ["turn", "conversation"])]
struct StaffCase {
    page: Frame,
    head: Head,
    conversation: Conversation,
    queue: Vec<Row>,
    queue_name: &'static str,
    queue_href: String,
    next: String,
    related: Vec<Row>,
    account: Account,
    contacts: Vec<Contact>,
    /// What is being done; none for writing.
    action: Option<Action>,
    actions: Vec<Action>,
    form: Form,
    request_id: String,
    /// Whether an internal note is being written.
    note: bool,
    taken: bool,
    /// What the due field shows to begin with.
    due: String,
    due_hint: String,
}

pub async fn get(
    Staff(me): Staff,
    number: Number,
    Query(beside): Query<Beside>,
) -> Result<Response, PageError> {
    show(&me, &number, &beside, None, Form::default(), StatusCode::OK).await
}

/// The page; with `action` and `form`, what is being done and what is wrong with it.
pub async fn show(
    me: &SignedIn,
    number: &Number,
    beside: &Beside,
    action: Option<Action>,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let view = words::QUEUES.iter().find(|view| view.id == beside.view);
    let view = view.unwrap_or(&words::QUEUES[0]);
    let (frame, case, comments, notes, queue, related) = tokio::join!(
        me.frame(Tab::Queue, &number.0),
        case_of_whom(me, number),
        conversation::comments(me, number.name()),
        conversation::notes(me, number.name()),
        queue(me, view),
        related(me, number.name())
    );
    let (case, account, contacts) = case?;
    let mut entries = conversation::entries(&case, &comments?, &me.times);
    entries.extend(conversation::note_entries(&notes?, &me.times));
    let head = Head::new(&case, &me.times, true);
    let queue: Vec<Row> = rows(me, &queue?, Some(view));
    let page = StaffCase {
        page: frame.saying("bad", form.trouble.as_ref()),
        conversation: Conversation::new(entries, beside.page),
        next: next(&queue, &number.0),
        queue,
        queue_name: view.name,
        queue_href: format!("{}?view={}", urls::QUEUE, view.id),
        related: rows(me, &related?, None),
        account,
        contacts,
        actions: Action::of(&head),
        note: form.value("kind") == "note",
        taken: case.assignee == me.session.user.name,
        due: due(me, &form),
        due_hint: format!("In {}", me.times.zone()),
        request_id: request_id(&form),
        action,
        form,
        head,
    };
    if me.fragment {
        let blocks = [
            page.as_turn().to_string(),
            page.as_conversation().to_string(),
        ];
        return Ok((code, Html(blocks.concat())).into_response());
    }
    html(code, &page)
}

fn due(me: &SignedIn, form: &Form) -> String {
    match form.value("due") {
        "" => me.times.field_in_days(7),
        typed => typed.to_owned(),
    }
}

fn rows(me: &SignedIn, cases: &[Case], view: Option<&View>) -> Vec<Row> {
    let rows = cases.iter().map(|case| {
        let mut row = Row::new(case, &me.times, true);
        if let Some(view) = view {
            row.href = format!("{}?view={}", row.href, view.id);
        }
        row
    });
    rows.collect()
}

/// The case after this one in the queue; the first if this one is not in it.
fn next(queue: &[Row], number: &str) -> String {
    let at = queue.iter().position(|row| row.number == number);
    let next = queue.get(at.map_or(0, |at| at + 1));
    next.map(|row| row.href.clone()).unwrap_or_default()
}

/// The most urgent of a view.
async fn queue(me: &SignedIn, view: &View) -> Result<Vec<Case>, Status> {
    let request = ListCasesRequest {
        page_size: QUEUE,
        view: view.cases.into(),
        order_by: CaseOrder::DueTime.into(),
        ..Default::default()
    };
    Ok(me
        .clients
        .cases()
        .list_cases(request)
        .await?
        .into_inner()
        .cases)
}

/// The case, whose it is, and whom to reach there. The account is asked for as soon as the case says whose it is, while
/// the rest of the page is still on its way.
async fn case_of_whom(
    me: &SignedIn,
    number: &Number,
) -> Result<(Case, Account, Vec<Contact>), PageError> {
    let case = get_case(me, number).await?;
    let (account, contacts) = tokio::try_join!(account(me, &case), contacts(me, &case))?;
    Ok((case, account, contacts))
}

async fn account(me: &SignedIn, case: &Case) -> Result<Account, Status> {
    let request = GetAccountRequest {
        name: case.account.clone(),
    };
    Ok(me
        .clients
        .accounts()
        .get_account(request)
        .await?
        .into_inner())
}

async fn contacts(me: &SignedIn, case: &Case) -> Result<Vec<Contact>, Status> {
    let request = ListContactsRequest {
        parent: case.account.clone(),
        page_size: 20,
        page_token: String::new(),
    };
    let answer = me
        .clients
        .accounts()
        .list_contacts(request)
        .await?
        .into_inner();
    Ok(answer
        .contacts
        .into_iter()
        .filter(|contact| contact.active)
        .collect())
}
