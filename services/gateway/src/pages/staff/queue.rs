//! The queue: everybody's cases, by list view.

use axum::{extract::Query as Address, response::Response};
use nsp_proto::accounts::v1::{GetAccountRequest, ListAccountsRequest};
use tonic::Status;

use crate::{
    errors::PageError,
    pages::cases::{
        csv as file,
        list::{Answers, Found, show},
        query::Query,
    },
    signed_in::{SignedIn, Staff},
    urls, words,
};

const ACCOUNTS: i32 = 20;

pub async fn get(
    Staff(me): Staff,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let mut query = Query::read(urls::QUEUE, pairs);
    let found = search(&me, &query).await?;
    // One account by that name: its cases are what was meant.
    if let [(account, _)] = found.as_slice() {
        id(account).clone_into(&mut query.account);
        query.find.clear();
    }
    let mut cases = me.clients.cases();
    let (cases, counts, account_name) = tokio::join!(
        cases.list_cases(query.request(&words::QUEUES)),
        me.counts(),
        account_name(&me, &query.account)
    );
    let found = match found.len() {
        1 => Vec::new(),
        _ => found
            .into_iter()
            .map(|(account, name)| offer(&query, &account, name))
            .collect(),
    };
    let answers = Answers {
        cases: cases?.into_inner(),
        counts: counts.unwrap_or_default(),
        tlds: Vec::new(),
        account_name: account_name?,
        found,
    };
    show(&me, query, &words::QUEUES, answers)
}

pub async fn csv(
    Staff(me): Staff,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    file::write(me, &Query::read(urls::QUEUE_CSV, pairs), &words::QUEUES).await
}

/// Accounts by the words that were typed: name and display name.
async fn search(me: &SignedIn, query: &Query) -> Result<Vec<(String, String)>, Status> {
    if query.find.is_empty() {
        return Ok(Vec::new());
    }
    let request = ListAccountsRequest {
        page_size: ACCOUNTS,
        query: query.find.clone(),
        ..Default::default()
    };
    let answer = me
        .clients
        .accounts()
        .list_accounts(request)
        .await?
        .into_inner();
    let accounts = answer.accounts.into_iter();
    Ok(accounts
        .map(|account| (account.name, account.display_name))
        .collect())
}

/// The id in `accounts/{account}`.
fn id(name: &str) -> &str {
    name.strip_prefix("accounts/").unwrap_or(name)
}

fn offer(query: &Query, account: &str, name: String) -> Found {
    let mut other = query.first_page();
    id(account).clone_into(&mut other.account);
    other.find.clear();
    Found {
        name,
        href: other.href(),
    }
}

async fn account_name(me: &SignedIn, id: &str) -> Result<String, Status> {
    if id.is_empty() {
        return Ok(String::new());
    }
    let request = GetAccountRequest {
        name: format!("accounts/{id}"),
    };
    let account = me.clients.accounts().get_account(request).await?;
    Ok(account.into_inner().display_name)
}
