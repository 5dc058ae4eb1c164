//! The mailbox that takes the place of the Internet in development. Strangers read it too: links to set a password
//! arrive here.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header};
use nsp_proto::mail::v1::{GetMailboxMessageRequest, ListMailboxMessagesRequest, MailboxMessage};
use serde::Deserialize;

use crate::{
    app::App,
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::cases::resource,
    security::CONTENT_SECURITY_POLICY,
    signed_in::SignedIn,
    time::{Moment, Times},
    urls,
};

/// The mail's own styles and nothing else: no script, no request to anybody.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// Which page, and whose mail.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    to: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "dev/mail.html")]
struct Mailbox {
    page: Frame,
    mails: Vec<Line>,
    to: String,
    next: String,
}

#[derive(Template)]
#[template(path = "dev/mail_message.html")]
struct Message {
    page: Frame,
    line: Line,
    /// Words, and whether each is a link to the portal.
    text: Vec<(String, bool)>,
    has_html: bool,
    html: String,
    raw: String,
}

struct Line {
    href: String,
    from: String,
    to: String,
    subject: String,
    at: Option<Moment>,
}

impl Line {
    fn new(message: &MailboxMessage, times: &Times) -> Self {
        Self {
            href: urls::dev_mail_message(&message.name),
            from: message.sender.clone(),
            to: message.recipients.join(", "),
            subject: message.subject.clone(),
            at: times.moment(message.receive_time.as_ref()),
        }
    }
}

async fn frame(app: &App, me: Result<SignedIn, PageError>, title: &str) -> (Frame, Times) {
    match me {
        Ok(me) => (me.frame(Tab::None, title).await, me.times),
        Err(_) => (Frame::bare(title), Times::new("UTC", app.clock.now())),
    }
}

pub async fn list(
    State(app): State<Arc<App>>,
    me: Result<SignedIn, PageError>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let request = ListMailboxMessagesRequest {
        page_size: 50,
        page_token: which.after,
        recipient: which.to.clone(),
    };
    let mut mailbox = app.clients.mailbox();
    let ((page, times), answer) = tokio::join!(
        frame(&app, me, "Development mailbox"),
        mailbox.list_mailbox_messages(request)
    );
    let answer = answer?.into_inner();
    let next = match answer.next_page_token.as_str() {
        "" => String::new(),
        token => format!(
            "{}?to={}&after={}",
            urls::DEV_MAIL,
            urls::encode(&which.to),
            urls::encode(token)
        ),
    };
    let mails = answer.messages.iter();
    let page = Mailbox {
        page,
        mails: mails.map(|message| Line::new(message, &times)).collect(),
        to: which.to,
        next,
    };
    html(StatusCode::OK, &page)
}

async fn message(app: &App, id: &Path<String>) -> Result<MailboxMessage, PageError> {
    let name = resource("mailboxMessages", id)?;
    let request = GetMailboxMessageRequest { name };
    let message = app.clients.mailbox().get_mailbox_message(request).await?;
    Ok(message.into_inner())
}

pub async fn show(
    State(app): State<Arc<App>>,
    me: Result<SignedIn, PageError>,
    id: Path<String>,
) -> Result<Response, PageError> {
    let ((page, times), message) =
        tokio::join!(frame(&app, me, "Development mailbox"), message(&app, &id));
    let message = message?;
    let page = Message {
        page,
        line: Line::new(&message, &times),
        text: words(&message.text, &app.portal.url),
        has_html: !message.html.is_empty(),
        html: urls::dev_mail_html(&message.name),
        raw: urls::dev_mail_raw(&message.name),
    };
    let mut response = html(StatusCode::OK, &page)?;
    let policy = format!("{CONTENT_SECURITY_POLICY}; frame-src 'self'");
    if let Ok(policy) = policy.parse() {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// The text, cut at links to the portal.
fn words(text: &str, portal: &str) -> Vec<(String, bool)> {
    let parts = text.split_inclusive(char::is_whitespace);
    let mut words: Vec<(String, bool)> = Vec::new();
    for part in parts {
        let link = part.trim_end();
        if link.starts_with(portal) {
            words.push((link.to_owned(), true));
            words.push((part[link.len()..].to_owned(), false));
        } else if let Some((last, false)) = words.last_mut() {
            last.push_str(part);
        } else {
            words.push((part.to_owned(), false));
        }
    }
    words
}

pub async fn html_part(
    State(app): State<Arc<App>>,
    id: Path<String>,
) -> Result<Response, PageError> {
    let message = message(&app, &id).await?;
    let headers = [(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)];
    Ok((headers, Html(message.html)).into_response())
}

pub async fn raw(State(app): State<Arc<App>>, id: Path<String>) -> Result<Response, PageError> {
    let message = message(&app, &id).await?;
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((headers, message.raw).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_the_portal_are_links() {
        let text = "Open https://portal.example/cases/1 now\nnot https://evil.example/";
        let words = words(text, "https://portal.example/");
        let links: Vec<_> = words.iter().filter(|(_, link)| *link).collect();
        assert_eq!(links.len(), 1);
        let whole: String = words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(whole, text);
    }
}
