//! The TLDs whose data the person may see, also those without any: the account's own, and the portfolio of a provider.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::ListTldsRequest;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::tls::{Parts, viewer},
    signed_in::SignedIn,
    time::Moment,
    urls,
    words::{Label, label},
};

const PAGE: i32 = 50;

#[derive(Template)]
#[template(path = "tls/list.html", blocks = ["list"])]
struct List {
    page: Frame,
    parts: Parts,
    may_write: bool,
    query: Query,
    rows: Vec<Row>,
    first: String,
    next: String,
}

/// What the list shows, as its address says it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub q: String,
    pub granted: bool,
    pub after: String,
}

struct Row {
    tld: Label,
    href: String,
    account: String,
    granted: bool,
    clients: i32,
    broken: i32,
    changed: Option<Moment>,
    publishing: bool,
}

impl Query {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut query = Self::default();
        for (key, value) in pairs {
            let value = value.trim();
            match key.as_str() {
                "q" => query.q = value.trim_start_matches('.').to_lowercase(),
                "granted" => query.granted = value == "true",
                "after" => value.clone_into(&mut query.after),
                _ => {}
            }
        }
        // People write `.例え`; services know it by its A-label.
        if let Ok(ascii) = idna::domain_to_ascii(&query.q) {
            query.q = ascii;
        }
        query
    }

    pub fn href(&self, after: &str) -> String {
        let granted = if self.granted { "true" } else { "" };
        let pairs = [
            ("q", self.q.as_str()),
            ("granted", granted),
            ("after", after),
        ];
        urls::with(urls::TLS, &pairs)
    }
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let query = Query::read(pairs);
    let request = ListTldsRequest {
        page_size: PAGE,
        page_token: query.after.clone(),
        query: query.q.clone(),
        granted_only: query.granted,
        ..Default::default()
    };
    let mut clients = me.clients.tls_clients();
    let (page, parts, answer) = tokio::join!(
        me.frame(Tab::Tls, "TLS client authentication"),
        Parts::of(&me, "tlds"),
        clients.list_tlds(request)
    );
    let answer = answer?.into_inner();
    let rows = answer.tlds.iter().map(|access| Row {
        tld: label(&access.tld),
        href: urls::tls_tld(&access.tld),
        account: access.account_display_name.clone(),
        granted: !access.grant.is_empty(),
        clients: access.client_count,
        broken: access.broken_count,
        changed: me.times.moment(access.change_time.as_ref()),
        publishing: access.publishing,
    });
    let list = List {
        page,
        parts,
        may_write: me.plans(),
        rows: rows.collect(),
        first: if query.after.is_empty() {
            String::new()
        } else {
            query.href("")
        },
        next: if answer.next_page_token.is_empty() {
            String::new()
        } else {
            query.href(&answer.next_page_token)
        },
        query,
    };
    if me.fragment {
        return html(StatusCode::OK, &list.as_list());
    }
    html(StatusCode::OK, &list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_listed() {
        let pairs = [("q", ".例え"), ("granted", "true"), ("x", "y")];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let query = Query::read(pairs.to_vec());
        assert_eq!(query.href(""), "/tls?q=xn--r8jz45g&granted=true");
    }
}
