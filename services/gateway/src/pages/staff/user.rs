//! One user: accounts, roles, and the reset of what they have lost.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::identity::v1::{GetUserRequest, UserRecord, user_record};
use tonic::Status;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::cases::resource,
    signed_in::{SignedIn, Staff},
    time::Moment,
    urls, words,
};

#[derive(Template)]
#[template(path = "staff/user.html")]
struct Card {
    page: Frame,
    user: UserRecord,
    state: &'static str,
    staff_roles: String,
    since: Option<Moment>,
    parts: Vec<Part>,
    resets: Vec<Reset>,
    /// Empty where there is nothing that the reader could reset.
    reset: String,
}

struct Part {
    account: String,
    href: String,
    roles: String,
    tlds: String,
}

struct Reset {
    time: Option<Moment>,
    by: String,
    verification: String,
}

pub async fn get(Staff(me): Staff, id: Path<String>) -> Result<Response, PageError> {
    let name = resource("users", &id)?;
    let (page, user) = tokio::join!(me.frame(Tab::Users, "User"), find(&me, name));
    let user = user?;
    let may_reset = user.state() == user_record::State::Active && user.name != me.session.user.name;
    let page = Card {
        page: Frame {
            title: user.display_name.clone(),
            ..page
        },
        state: words::user(user.state()),
        staff_roles: words::roles(user.staff_roles()),
        since: me.times.moment(user.create_time.as_ref()),
        parts: parts(&user),
        resets: resets(&me, &user),
        reset: if may_reset {
            urls::staff_user_reset(&user.name)
        } else {
            String::new()
        },
        user,
    };
    html(StatusCode::OK, &page)
}

pub async fn find(me: &SignedIn, name: String) -> Result<UserRecord, Status> {
    let answer = me.clients.users().get_user(GetUserRequest { name }).await;
    Ok(answer?.into_inner())
}

fn parts(user: &UserRecord) -> Vec<Part> {
    let parts = user.memberships.iter().map(|part| Part {
        account: part.account_display_name.clone(),
        href: urls::staff_account(&part.account),
        roles: words::roles(part.roles()),
        tlds: words::limit(&part.tlds),
    });
    parts.collect()
}

fn resets(me: &SignedIn, user: &UserRecord) -> Vec<Reset> {
    let resets = user.resets.iter().map(|reset| Reset {
        time: me.times.moment(reset.time.as_ref()),
        by: reset.actor_display_name.clone(),
        verification: reset.verification.clone(),
    });
    resets.collect()
}
