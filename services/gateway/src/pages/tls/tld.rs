//! One TLD: its entries with how their last check came out, and the providers who may change them.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{ListGrantsRequest, ListTlsClientsRequest, TldAccess, grant};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::tls::{PART, entry::Entry, get_tld, grants::Row as GrantRow, viewer},
    signed_in::SignedIn,
    time::Moment,
    urls,
    words::{Label, label},
};

#[derive(Template)]
#[template(path = "tls/tld.html")]
struct Show {
    page: Frame,
    tld: Label,
    access: TldAccess,
    staff: bool,
    may_write: bool,
    may_grant: bool,
    /// How the TLD's reports stand, for who may see it; empty for others.
    reports: String,
    entries: Vec<Entry>,
    grants: Vec<GrantRow>,
    changed: Option<Moment>,
}

pub async fn get(me: SignedIn, Path(tld): Path<String>) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let access = get_tld(&me, &tld).await?;
    let entries = ListTlsClientsRequest {
        page_size: PART,
        tld: tld.clone(),
        ..Default::default()
    };
    let grants = ListGrantsRequest {
        page_size: PART,
        state: grant::State::Active.into(),
        tld: tld.clone(),
        ..Default::default()
    };
    let (mut clients, mut others) = (me.clients.tls_clients(), me.clients.grants());
    let label = label(&tld);
    let (page, entries, grants) = tokio::join!(
        me.frame(Tab::Tls, &label.shown),
        clients.list_tls_clients(entries),
        others.list_grants(grants)
    );
    let own = access.grant.is_empty();
    let page = Show {
        page,
        tld: label,
        staff: me.session.user.staff,
        may_write: me.plans(),
        may_grant: own && me.administers(),
        reports: if own && me.sees_reports() {
            urls::reports_tld(&tld)
        } else {
            String::new()
        },
        entries: entries?
            .into_inner()
            .tls_clients
            .iter()
            .map(|record| Entry::new(record, &me.times))
            .collect(),
        grants: grants?
            .into_inner()
            .grants
            .iter()
            .map(|grant| GrantRow::new(grant, &me))
            .collect(),
        changed: me.times.moment(access.change_time.as_ref()),
        access,
    };
    html(StatusCode::OK, &page)
}
