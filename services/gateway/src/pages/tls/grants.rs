//! Grants: which providers may work on which TLDs, given by a registry or received by a provider (TLS-8).

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{Grant, ListGrantsRequest, grant::State};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::tls::{Parts, viewer, words},
    signed_in::SignedIn,
    time::Moment,
    urls,
    words::{Label, label},
};

const PAGE: i32 = 50;

#[derive(Template)]
#[template(path = "tls/grants.html")]
struct Grants {
    page: Frame,
    parts: Parts,
    may_grant: bool,
    all: bool,
    rows: Vec<Row>,
    first: String,
    next: String,
}

/// One grant.
pub struct Row {
    pub tld: Label,
    pub provider: String,
    pub registry: String,
    pub scopes: String,
    pub expires: Option<Moment>,
    pub ended: Option<Moment>,
    pub state: (&'static str, &'static str, &'static str),
    pub clients: i32,
    /// Whether the account gave it, or received it.
    pub given: bool,
    /// Where it is changed and ended; empty for those who may not.
    pub edit: String,
    pub revoke: String,
}

impl Row {
    pub fn new(grant: &Grant, me: &SignedIn) -> Self {
        let acting = me.session.acting.as_ref();
        let account = acting.map(|acting| acting.account.as_str());
        let given = account == Some(grant.account.as_str());
        let party = given || account == Some(grant.provider.as_str());
        let active = grant.state() == State::Active && me.administers();
        let only = |may: bool, href: String| if may { href } else { String::new() };
        Self {
            tld: label(&grant.tld),
            provider: grant.provider_display_name.clone(),
            registry: grant.account_display_name.clone(),
            scopes: words::scopes(grant.scopes()),
            expires: me.times.moment(grant.expire_time.as_ref()),
            ended: me.times.moment(grant.end_time.as_ref()),
            state: words::grant(grant.state()),
            clients: grant.client_count,
            given,
            edit: only(active && given, urls::tls_grant_edit(&grant.name)),
            revoke: only(active && party, urls::tls_grant_revoke(&grant.name)),
        }
    }
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let value = |key: &str| {
        let found = pairs.iter().find(|(name, _)| name == key);
        found.map_or("", |(_, value)| value.as_str())
    };
    let (all, after) = (value("all") == "true", value("after"));
    let href = |after: &str| {
        let all = if all { "true" } else { "" };
        urls::with(urls::TLS_GRANTS, &[("all", all), ("after", after)])
    };
    let request = ListGrantsRequest {
        page_size: PAGE,
        page_token: after.to_owned(),
        state: if all {
            State::Unspecified
        } else {
            State::Active
        }
        .into(),
        ..Default::default()
    };
    let mut grants = me.clients.grants();
    let (page, parts, answer) = tokio::join!(
        me.frame(Tab::Tls, "Provider access"),
        Parts::of(&me, "grants"),
        grants.list_grants(request)
    );
    let answer = answer?.into_inner();
    let page = Grants {
        page,
        may_grant: me.administers() && !parts.provider,
        parts,
        all,
        rows: answer
            .grants
            .iter()
            .map(|grant| Row::new(grant, &me))
            .collect(),
        first: if after.is_empty() {
            String::new()
        } else {
            href("")
        },
        next: if answer.next_page_token.is_empty() {
            String::new()
        } else {
            href(&answer.next_page_token)
        },
    };
    html(StatusCode::OK, &page)
}
