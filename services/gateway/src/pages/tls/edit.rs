//! Editing one entry: domain names, roles, addresses, and what people noted.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::{
    FieldMask,
    tlsauth::v1::{TlsClientRecord, UpdateTlsClientsRequest},
};

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::tls::{editor, entry::Entry, fields, get_client},
    signed_in::{Party, SignedIn},
    urls,
};

/// What the form changes.
const MASK: [&str; 6] = [
    "domain_names",
    "roles",
    "prefixes",
    "open_reason",
    "note",
    "certificates",
];

#[derive(Template)]
#[template(path = "tls/edit.html")]
struct Edit {
    page: Frame,
    entry: Entry,
    form: Form,
}

pub async fn get(party: Party, Path(place): Path<(String, String)>) -> Result<Response, PageError> {
    let me = editor(party)?;
    let record = changeable(&me, &place).await?;
    show(&me, &record, fields::filled(&record), StatusCode::OK).await
}

/// The entry, if the person may change it.
pub async fn changeable(
    me: &SignedIn,
    place: &(String, String),
) -> Result<TlsClientRecord, PageError> {
    let record = get_client(me, place).await?;
    if record.changeable {
        Ok(record)
    } else {
        Err(PageError::NotFound)
    }
}

async fn show(
    me: &SignedIn,
    record: &TlsClientRecord,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let entry = Entry::new(record, &me.times);
    let page = me.frame(Tab::Tls, &format!("Edit {}", entry.title())).await;
    let page = Edit {
        page: page.saying("bad", form.trouble.as_ref()),
        entry,
        form,
    };
    html(code, &page)
}

pub async fn post(
    party: Party,
    Path(place): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, PageError> {
    let me = editor(party)?;
    let before = changeable(&me, &place).await?;
    let request = UpdateTlsClientsRequest {
        names: vec![before.name.clone()],
        etags: vec![form.value("etag").to_owned()],
        tls_client: Some(fields::record(&form)),
        update_mask: Some(FieldMask {
            paths: MASK.map(str::to_owned).to_vec(),
        }),
    };
    match me.clients.tls_clients().update_tls_clients(request).await {
        Ok(_) => Ok(done(&urls::tls_client(&before.name), Some(&frame::SAVED))),
        Err(status) => {
            let code = fields::refused(&mut form, status)?;
            let now = changeable(&me, &place).await?;
            if code == StatusCode::CONFLICT {
                // What is new was looked at: the next sending means it.
                form.set("etag", &now.etag);
            }
            show(&me, &now, form, code).await
        }
    }
}
