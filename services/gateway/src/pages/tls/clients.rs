//! All entries that the person sees, over all TLDs, with boxes to change or delete many at once.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{ListTlsClientsRequest, TlsRole};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::tls::{Parts, entry::Entry, viewer, words::ROLES},
    signed_in::SignedIn,
    urls,
};

const PAGE: i32 = 50;

#[derive(Template)]
#[template(path = "tls/clients.html", blocks = ["list"])]
struct Clients {
    page: Frame,
    parts: Parts,
    may_write: bool,
    query: Query,
    entries: Vec<Entry>,
    first: String,
    next: String,
}

/// What the list shows, as its address says it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub tld: String,
    pub host: String,
    pub role: String,
    pub broken: bool,
    pub after: String,
    /// Whether every entry of the page is ticked: for those without script.
    pub ticked: bool,
}

impl Query {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut query = Self::default();
        for (key, value) in pairs {
            let value = value.trim().to_owned();
            match key.as_str() {
                "tld" => query.tld = ascii(value.trim_start_matches('.')),
                "host" => query.host = ascii(value.trim_end_matches('.')),
                "role" if ROLES.iter().any(|role| role.id == value) => query.role = value,
                "broken" => query.broken = value == "true",
                "after" => query.after = value,
                "tick" => query.ticked = value == "all",
                _ => {}
            }
        }
        query
    }

    fn request(&self) -> ListTlsClientsRequest {
        let role = ROLES.iter().find(|role| role.id == self.role);
        let role = role.map_or(TlsRole::Unspecified, |role| role.role);
        ListTlsClientsRequest {
            page_size: PAGE,
            page_token: self.after.clone(),
            tld: self.tld.clone(),
            domain_name: self.host.clone(),
            role: role.into(),
            broken_only: self.broken,
            ..Default::default()
        }
    }

    pub fn href(&self, after: &str, ticked: bool) -> String {
        let pairs = [
            ("tld", self.tld.as_str()),
            ("host", self.host.as_str()),
            ("role", self.role.as_str()),
            ("broken", if self.broken { "true" } else { "" }),
            ("after", after),
            ("tick", if ticked { "all" } else { "" }),
        ];
        urls::with(urls::TLS_CLIENTS, &pairs)
    }

    /// This page with every entry ticked, or none.
    pub fn href_tick(&self, ticked: bool) -> String {
        self.href(&self.after, ticked)
    }

    pub fn is_filtered(&self) -> bool {
        self.broken || !self.tld.is_empty() || !self.host.is_empty() || !self.role.is_empty()
    }
}

/// As services know a name that people write in any script.
fn ascii(name: &str) -> String {
    let name = name.to_lowercase();
    idna::domain_to_ascii(&name).unwrap_or(name)
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let query = Query::read(pairs);
    let mut clients = me.clients.tls_clients();
    let (page, parts, answer) = tokio::join!(
        me.frame(Tab::Tls, "Entries"),
        Parts::of(&me, "clients"),
        clients.list_tls_clients(query.request())
    );
    let answer = answer?.into_inner();
    let records = answer.tls_clients.iter();
    let list = Clients {
        page,
        parts,
        may_write: me.plans(),
        entries: records
            .map(|record| Entry::new(record, &me.times))
            .collect(),
        first: if query.after.is_empty() {
            String::new()
        } else {
            query.href("", false)
        },
        next: if answer.next_page_token.is_empty() {
            String::new()
        } else {
            query.href(&answer.next_page_token, false)
        },
        query,
    };
    if me.fragment {
        return html(StatusCode::OK, &list.as_list());
    }
    html(StatusCode::OK, &list)
}
