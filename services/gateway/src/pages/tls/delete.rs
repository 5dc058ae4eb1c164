//! Deletes one entry, after asking: whoever came in by it is refused from then on.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::DeleteTlsClientsRequest;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::tls::{edit::changeable, editor, entry::Entry, fields},
    signed_in::{Party, SignedIn},
    urls,
};

#[derive(Template)]
#[template(path = "tls/delete.html")]
struct Delete {
    page: Frame,
    entry: Entry,
}

pub async fn get(party: Party, Path(place): Path<(String, String)>) -> Result<Response, PageError> {
    let me = editor(party)?;
    show(&me, &place, &Form::default(), StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    place: &(String, String),
    form: &Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, record) = tokio::join!(me.frame(Tab::Tls, "Delete an entry"), changeable(me, place));
    let page = Delete {
        page: page.saying("bad", form.trouble.as_ref()),
        entry: Entry::new(&record?, &me.times),
    };
    html(code, &page)
}

pub async fn post(
    party: Party,
    Path(place): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, PageError> {
    let me = editor(party)?;
    let record = changeable(&me, &place).await?;
    let request = DeleteTlsClientsRequest {
        names: vec![record.name],
        etags: vec![form.value("etag").to_owned()],
    };
    match me.clients.tls_clients().delete_tls_clients(request).await {
        Ok(_) => Ok(done(&urls::tls_tld(&record.tld), Some(&frame::TLS_DELETED))),
        Err(status) => {
            let code = fields::refused(&mut form, status)?;
            show(&me, &place, &form, code).await
        }
    }
}
