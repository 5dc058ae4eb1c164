//! What providers want to load for the account's TLDs: those to decide upon first (TLS-3).

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{ListUploadConsentsRequest, UploadConsent, upload_consent::State};

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
#[template(path = "tls/consents.html")]
struct Consents {
    page: Frame,
    parts: Parts,
    rows: Vec<Row>,
    first: String,
    next: String,
}

/// The part of an upload that is about one registry.
pub struct Row {
    pub href: String,
    pub approve: String,
    pub object: String,
    pub registry: String,
    pub provider: String,
    pub state: (&'static str, &'static str, &'static str),
    pub pending: bool,
    pub attester: String,
    pub attestation: String,
    pub created: Option<Moment>,
    pub told: Option<Moment>,
    pub due: Option<Moment>,
    pub decided: Option<Moment>,
    pub decider: String,
    pub objection: String,
    pub rows: i32,
    pub tlds: Vec<Label>,
    /// Whether the reader's account is the registry.
    pub ours: bool,
}

impl Row {
    pub fn new(consent: &UploadConsent, me: &SignedIn) -> Self {
        let acting = me.session.acting.as_ref();
        let ours = acting.is_some_and(|acting| acting.account == consent.account);
        Self {
            href: urls::tls_consent(&consent.name),
            approve: urls::tls_consent_approve(&consent.name),
            object: urls::tls_consent_object(&consent.name),
            registry: consent.account_display_name.clone(),
            provider: consent.provider_display_name.clone(),
            state: words::consent(consent.state(), ours),
            pending: consent.state() == State::Pending,
            attester: consent.attester.clone(),
            attestation: consent.attestation.clone(),
            created: me.times.moment(consent.create_time.as_ref()),
            told: me.times.moment(consent.notify_time.as_ref()),
            due: me.times.moment(consent.due_time.as_ref()),
            decided: me.times.moment(consent.decide_time.as_ref()),
            decider: consent.decider_display_name.clone(),
            objection: consent.objection.clone(),
            rows: consent.row_count,
            tlds: consent.tlds.iter().map(|tld| label(tld)).collect(),
            ours,
        }
    }
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let after = pairs.iter().find(|(name, _)| name == "after");
    let after = after.map_or("", |(_, value)| value.as_str());
    let request = ListUploadConsentsRequest {
        page_size: PAGE,
        page_token: after.to_owned(),
        ..Default::default()
    };
    let mut uploads = me.clients.uploads();
    let (page, parts, answer) = tokio::join!(
        me.frame(Tab::Tls, "Provider uploads"),
        Parts::of(&me, "consents"),
        uploads.list_upload_consents(request)
    );
    let answer = answer?.into_inner();
    let page = Consents {
        page,
        parts,
        rows: answer
            .consents
            .iter()
            .map(|consent| Row::new(consent, &me))
            .collect(),
        first: if after.is_empty() {
            String::new()
        } else {
            urls::TLS_CONSENTS.to_owned()
        },
        next: if answer.next_page_token.is_empty() {
            String::new()
        } else {
            urls::with(urls::TLS_CONSENTS, &[("after", &answer.next_page_token)])
        },
    };
    html(StatusCode::OK, &page)
}
