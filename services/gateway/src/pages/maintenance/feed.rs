//! The account's windows in calendar programs: a secret address, made, shown once, revoked (MW-7).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::maintenance::v1::{CreateFeedRequest, DeleteFeedRequest, Feed, GetFeedRequest};
use tonic::Code;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::maintenance::planner,
    security::Secret,
    signed_in::{Party, SignedIn},
    time::Moment,
    urls,
};

#[derive(Template)]
#[template(path = "maintenance/feed.html")]
struct Subscribe {
    page: Frame,
    may_write: bool,
    account: String,
    feed: Option<Made>,
    /// Only right after it was made.
    address: String,
}

#[derive(Template)]
#[template(path = "maintenance/feed_revoke.html")]
struct Revoke {
    page: Frame,
    feed: Option<Made>,
}

/// The feed, as the page tells of it.
struct Made {
    name: String,
    creator: String,
    at: Option<Moment>,
    read: Option<Moment>,
}

pub async fn get(Party(me): Party) -> Result<Response, PageError> {
    show(&me, String::new(), None, StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    address: String,
    trouble: Option<&String>,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, feed) = tokio::join!(me.frame(Tab::Maintenance, "Calendar programs"), find(me));
    let page = page.saying("bad", trouble);
    let page = Subscribe {
        account: page.account_name.clone().unwrap_or_default(),
        page,
        may_write: me.plans(),
        feed: feed?,
        address,
    };
    html(code, &page)
}

/// The account's feed, if it has one that the person may know of.
async fn find(me: &SignedIn) -> Result<Option<Made>, PageError> {
    let feed = match me.clients.feeds().get_feed(GetFeedRequest {}).await {
        Ok(feed) => feed.into_inner(),
        Err(status) if status.code() == Code::NotFound => return Ok(None),
        Err(status) => return Err(status.into()),
    };
    Ok(Some(made(feed, me)))
}

fn made(feed: Feed, me: &SignedIn) -> Made {
    Made {
        at: me.times.moment(feed.create_time.as_ref()),
        read: me.times.moment(feed.read_time.as_ref()),
        name: feed.name,
        creator: feed.creator_display_name,
    }
}

pub async fn post(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = planner(party)?;
    let request = CreateFeedRequest { replace: false };
    match me.clients.feeds().create_feed(request).await {
        Ok(answer) => {
            let path = urls::calendar_feed(&answer.into_inner().secret);
            let portal = me.app.portal.url.trim_end_matches('/');
            let address = format!("{portal}{path}");
            let mut response = show(&me, address, None, StatusCode::OK).await?;
            response.extensions_mut().insert(Secret);
            Ok(response)
        }
        Err(status) => {
            let code = form.refused(status, &[])?;
            show(&me, String::new(), form.trouble.as_ref(), code).await
        }
    }
}

pub async fn confirm(party: Party) -> Result<Response, PageError> {
    let me = planner(party)?;
    let (page, feed) = tokio::join!(me.frame(Tab::Maintenance, "Revoke the address"), find(&me));
    html(StatusCode::OK, &Revoke { page, feed: feed? })
}

pub async fn revoke(party: Party, form: Form) -> Result<Response, PageError> {
    let me = planner(party)?;
    let name = form.value("feed").to_owned();
    match me
        .clients
        .feeds()
        .delete_feed(DeleteFeedRequest { name })
        .await
    {
        Ok(_) => {}
        // Somebody else was quicker: it is what was wanted.
        Err(status) if status.code() == Code::NotFound => {}
        Err(status) => return Err(status.into()),
    }
    Ok(done(urls::MAINTENANCE_FEED, Some(&frame::FEED_REVOKED)))
}
