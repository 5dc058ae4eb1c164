//! Every user, by name: to find whom somebody on the telephone is.

use askama::Template;
use axum::{extract::Query, response::Response};
use http::StatusCode;
use nsp_proto::identity::v1::{ListUsersRequest, UserRecord};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::staff::accounts::{PAGE, Search},
    signed_in::Staff,
    urls, words,
};

#[derive(Template)]
#[template(path = "staff/users.html")]
struct Users {
    page: Frame,
    search: Search,
    rows: Vec<Row>,
    first: String,
    next: String,
}

struct Row {
    href: String,
    name: String,
    email: String,
    accounts: String,
    state: &'static str,
}

pub async fn get(Staff(me): Staff, Query(search): Query<Search>) -> Result<Response, PageError> {
    let request = ListUsersRequest {
        page_size: PAGE,
        page_token: search.page.clone(),
        query: search.q.clone(),
    };
    let mut users = me.clients.users();
    let (page, answer) = tokio::join!(me.frame(Tab::Users, "Users"), users.list_users(request));
    let answer = answer?.into_inner();
    let page = Users {
        page,
        rows: answer.users.iter().map(row).collect(),
        first: search.first(urls::STAFF_USERS),
        next: search.next(urls::STAFF_USERS, &answer.next_page_token),
        search,
    };
    html(StatusCode::OK, &page)
}

fn row(user: &UserRecord) -> Row {
    let accounts = user.memberships.iter();
    let accounts: Vec<&str> = accounts
        .map(|part| part.account_display_name.as_str())
        .collect();
    Row {
        href: urls::staff_user(&user.name),
        name: user.display_name.clone(),
        email: user.email.clone(),
        accounts: if user.staff {
            "ICANN".to_owned()
        } else {
            accounts.join(", ")
        },
        state: words::user(user.state()),
    }
}
