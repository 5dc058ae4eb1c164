//! Changes or deletes many entries: those ticked in the list, looked at again, then all or none.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use nsp_proto::{
    FieldMask,
    tlsauth::v1::{
        DeleteTlsClientsRequest, ListTlsClientsRequest, TlsClientRecord, UpdateTlsClientsRequest,
    },
};
use tonic::Status;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::tls::{PART, editor, entry::Entry, fields},
    signed_in::{Party, SignedIn},
    time::counted,
    urls,
};

/// The fields that can be changed of many: as the form ticks them, and what the service calls them.
const CHANGES: [(&str, &[&str]); 4] = [
    ("hosts", &["domain_names"]),
    ("roles", &["roles"]),
    ("prefixes", &["prefixes", "open_reason"]),
    ("note", &["note"]),
];

#[derive(Template)]
#[template(path = "tls/edit_many.html")]
struct EditMany {
    page: Frame,
    form: Form,
    entries: Vec<Entry>,
    total: String,
}

#[derive(Template)]
#[template(path = "tls/delete_many.html")]
struct DeleteMany {
    page: Frame,
    entries: Vec<Entry>,
    total: String,
}

/// There is nothing to see before something was ticked in the list.
pub async fn get(party: Party) -> Result<Response, PageError> {
    editor(party)?;
    Ok(Redirect::to(urls::TLS_CLIENTS).into_response())
}

pub async fn edit(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = editor(party)?;
    let chosen = chosen(&me, &form).await?;
    if chosen.is_empty() {
        return Ok(done(urls::TLS_CLIENTS, Some(&frame::TLS_NOTHING_TICKED)));
    }
    if form.value("step") != "save" {
        return show(&me, form, &chosen, StatusCode::OK).await;
    }
    let ticked = CHANGES.iter().filter(|(id, _)| form.has("change", id));
    let paths: Vec<&str> = ticked
        .flat_map(|(_, paths)| paths.iter().copied())
        .collect();
    if paths.is_empty() {
        form.refuse("change-hosts", "Tick what to change.");
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&me, form, &chosen, code).await;
    }
    let request = UpdateTlsClientsRequest {
        names: chosen.iter().map(|record| record.name.clone()).collect(),
        etags: etags(&form, &chosen),
        tls_client: Some(fields::record(&form)),
        update_mask: Some(FieldMask {
            paths: paths.into_iter().map(str::to_owned).collect(),
        }),
    };
    match me.clients.tls_clients().update_tls_clients(request).await {
        Ok(_) => Ok(done(urls::TLS_CLIENTS, Some(&frame::TLS_CHANGED))),
        Err(status) => {
            let code = fields::refused(&mut form, status)?;
            show(&me, form, &chosen, code).await
        }
    }
}

async fn show(
    me: &SignedIn,
    form: Form,
    chosen: &[TlsClientRecord],
    code: StatusCode,
) -> Result<Response, PageError> {
    let page = me.frame(Tab::Tls, "Edit entries").await;
    let entries = chosen.iter().map(|record| Entry::new(record, &me.times));
    let page = EditMany {
        page: page.saying("bad", form.trouble.as_ref()),
        form,
        entries: entries.collect(),
        total: total(chosen),
    };
    html(code, &page)
}

pub async fn delete(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = editor(party)?;
    let chosen = chosen(&me, &form).await?;
    if chosen.is_empty() {
        return Ok(done(urls::TLS_CLIENTS, Some(&frame::TLS_NOTHING_TICKED)));
    }
    let mut code = StatusCode::OK;
    if form.value("step") == "delete" {
        let request = DeleteTlsClientsRequest {
            names: chosen.iter().map(|record| record.name.clone()).collect(),
            etags: etags(&form, &chosen),
        };
        match me.clients.tls_clients().delete_tls_clients(request).await {
            Ok(_) => return Ok(done(urls::TLS_CLIENTS, Some(&frame::TLS_DELETED_MANY))),
            Err(status) => code = fields::refused(&mut form, status)?,
        }
    }
    let page = me.frame(Tab::Tls, "Delete entries").await;
    let entries = chosen.iter().map(|record| Entry::new(record, &me.times));
    let page = DeleteMany {
        page: page.saying("bad", form.trouble.as_ref()),
        entries: entries.collect(),
        total: total(&chosen),
    };
    html(code, &page)
}

fn total(chosen: &[TlsClientRecord]) -> String {
    let tlds: BTreeSet<&str> = chosen.iter().map(|record| record.tld.as_str()).collect();
    let entries = match chosen.len() {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    format!("{entries} of {}", counted(tlds.len() as u64, "TLD"))
}

/// The entries that are ticked, as they are now, of those the person may change.
async fn chosen(me: &SignedIn, form: &Form) -> Result<Vec<TlsClientRecord>, Status> {
    let wanted: BTreeSet<&str> = form.all("client").collect();
    let mut chosen = Vec::new();
    if wanted.is_empty() {
        return Ok(chosen);
    }
    let mut request = ListTlsClientsRequest {
        page_size: PART,
        ..Default::default()
    };
    // By pages of the whole list, which is short, rather than by a call for each.
    for _ in 0..50 {
        let answer = me
            .clients
            .tls_clients()
            .list_tls_clients(request.clone())
            .await?;
        let answer = answer.into_inner();
        let records = answer.tls_clients.into_iter();
        chosen.extend(
            records.filter(|record| record.changeable && wanted.contains(record.name.as_str())),
        );
        if answer.next_page_token.is_empty() || chosen.len() == wanted.len() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(chosen)
}

/// What was seen of each, in their order: the page sends it beside the name.
fn etags(form: &Form, chosen: &[TlsClientRecord]) -> Vec<String> {
    let seen = |record: &TlsClientRecord| form.value(&format!("etag/{}", record.name)).to_owned();
    chosen.iter().map(seen).collect()
}
