//! Every account, by name.

use askama::Template;
use axum::{extract::Query, response::Response};
use http::StatusCode;
use nsp_proto::accounts::v1::ListAccountsRequest;
use serde::Deserialize;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    signed_in::Staff,
    urls, words,
};

/// Rows of a page.
pub const PAGE: i32 = 50;

/// What a list is searched for, and from where it goes on.
#[derive(Debug, Deserialize)]
pub struct Search {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub page: String,
}

impl Search {
    /// Back to the first page; empty there.
    pub fn first(&self, list: &str) -> String {
        if self.page.is_empty() {
            return String::new();
        }
        urls::searched(list, &self.q, "")
    }

    /// The page after this one; empty on the last.
    pub fn next(&self, list: &str, token: &str) -> String {
        if token.is_empty() {
            return String::new();
        }
        urls::searched(list, &self.q, token)
    }
}

#[derive(Template)]
#[template(path = "staff/accounts.html")]
struct Accounts {
    page: Frame,
    search: Search,
    rows: Vec<Row>,
    first: String,
    next: String,
}

struct Row {
    href: String,
    name: String,
    kind: &'static str,
    country: String,
    manager: String,
}

pub async fn get(Staff(me): Staff, Query(search): Query<Search>) -> Result<Response, PageError> {
    let request = ListAccountsRequest {
        page_size: PAGE,
        page_token: search.page.clone(),
        query: search.q.clone(),
        ..Default::default()
    };
    let mut accounts = me.clients.accounts();
    let (page, answer) = tokio::join!(
        me.frame(Tab::Accounts, "Accounts"),
        accounts.list_accounts(request)
    );
    let answer = answer?.into_inner();
    let rows = answer.accounts.into_iter().map(|account| Row {
        href: urls::staff_account(&account.name),
        kind: words::account_kind(account.kind().as_str_name()),
        name: account.display_name,
        country: account.country,
        manager: account.engagement_manager,
    });
    let page = Accounts {
        page,
        rows: rows.collect(),
        first: search.first(urls::STAFF_ACCOUNTS),
        next: search.next(urls::STAFF_ACCOUNTS, &answer.next_page_token),
        search,
    };
    html(StatusCode::OK, &page)
}
