//! What a provider wants to load for a registry's TLDs, row by row: the registry approves or objects (TLS-3).

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{
    ApproveUploadRequest, GetUploadConsentRequest, ObjectToUploadRequest, UploadConsent, UploadRow,
};

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::tls::{
        administrator,
        consents::Row,
        entry::{Host, host},
        uuid, viewer,
        words::{self, RoleName},
    },
    signed_in::{Party, SignedIn},
    urls,
    words::{Label, label},
};

const FIELDS: &[Field] = &[field("objection", "Why")];

#[derive(Template)]
#[template(path = "tls/consent.html")]
struct Show {
    page: Frame,
    consent: Row,
    lines: Vec<Line>,
    may_decide: bool,
    form: Form,
}

/// One row of the file.
struct Line {
    tld: Label,
    hosts: Vec<Host>,
    roles: Vec<&'static RoleName>,
    prefixes: Vec<String>,
    open_reason: String,
    note: String,
    outcome: &'static str,
    /// The entry it became.
    href: String,
}

impl Line {
    fn new(row: &UploadRow) -> Self {
        Self {
            tld: label(&row.tld),
            hosts: row.domain_names.iter().map(|name| host(name)).collect(),
            roles: words::roles(row.roles()),
            prefixes: row.prefixes.clone(),
            open_reason: row.open_reason.clone(),
            note: row.note.clone(),
            outcome: words::outcome(&row.outcome),
            href: if row.tls_client.is_empty() {
                String::new()
            } else {
                urls::tls_client(&row.tls_client)
            },
        }
    }
}

type Place = Path<(String, String)>;

fn name(Path((upload, consent)): &Place) -> Result<String, PageError> {
    Ok(format!(
        "uploads/{}/consents/{}",
        uuid(upload)?,
        uuid(consent)?
    ))
}

async fn get_consent(me: &SignedIn, place: &Place) -> Result<UploadConsent, PageError> {
    let request = GetUploadConsentRequest { name: name(place)? };
    let consent = me.clients.uploads().get_upload_consent(request).await?;
    Ok(consent.into_inner())
}

pub async fn get(me: SignedIn, place: Place) -> Result<Response, PageError> {
    let me = viewer(me)?;
    show(&me, &place, Form::default(), StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    place: &Place,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, consent) = tokio::join!(
        me.frame(Tab::Tls, "Provider upload"),
        get_consent(me, place)
    );
    let message = consent?;
    let consent = Row::new(&message, me);
    let limited = me.session.acting.as_ref();
    let limited = limited.is_some_and(|acting| !acting.tlds.is_empty());
    let page = Show {
        page: Frame {
            title: format!("Upload by {}", consent.provider),
            ..page.saying("bad", form.trouble.as_ref())
        },
        may_decide: consent.pending && consent.ours && me.administers() && !limited,
        lines: message.rows.iter().map(Line::new).collect(),
        consent,
        form,
    };
    html(code, &page)
}

pub async fn approve(party: Party, place: Place, mut form: Form) -> Result<Response, PageError> {
    let me = administrator(party)?;
    let name = name(&place)?;
    let request = ApproveUploadRequest { name: name.clone() };
    match me.clients.uploads().approve_upload(request).await {
        Ok(_) => Ok(done(&urls::tls_consent(&name), Some(&frame::TLS_APPROVED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, &place, form, code).await
        }
    }
}

pub async fn object(party: Party, place: Place, mut form: Form) -> Result<Response, PageError> {
    let me = administrator(party)?;
    let name = name(&place)?;
    let request = ObjectToUploadRequest {
        name: name.clone(),
        objection: form.value("objection").trim().to_owned(),
    };
    match me.clients.uploads().object_to_upload(request).await {
        Ok(_) => Ok(done(&urls::tls_consent(&name), Some(&frame::TLS_OBJECTED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, &place, form, code).await
        }
    }
}
