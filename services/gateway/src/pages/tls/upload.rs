//! One upload of a provider: what each registry said, and taking back what is not loaded.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{GetUploadRequest, Upload, WithdrawUploadRequest};

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::{
        cases::resource,
        tls::{
            consents::Row as Consent,
            editor,
            uploads::{Row, provider},
        },
    },
    signed_in::{Party, SignedIn},
    urls,
};

#[derive(Template)]
#[template(path = "tls/upload.html")]
struct Show {
    page: Frame,
    upload: Row,
    staff: bool,
    attestation: String,
    consents: Vec<Consent>,
    /// Where what waits is taken back; empty if nothing does, or the person may not.
    withdraw: String,
}

#[derive(Template)]
#[template(path = "tls/upload_withdraw.html")]
struct Withdraw {
    page: Frame,
    upload: Row,
    action: String,
}

async fn get_upload(me: &SignedIn, id: &Path<String>) -> Result<Upload, PageError> {
    let name = resource("uploads", id)?;
    let upload = me
        .clients
        .uploads()
        .get_upload(GetUploadRequest { name })
        .await?;
    Ok(upload.into_inner())
}

pub async fn get(me: SignedIn, id: Path<String>) -> Result<Response, PageError> {
    let me = provider(me)?;
    let (page, upload) = tokio::join!(me.frame(Tab::Tls, "Upload"), get_upload(&me, &id));
    let upload = upload?;
    let page = Show {
        page,
        staff: me.session.user.staff,
        attestation: upload.attestation.clone(),
        consents: upload
            .consents
            .iter()
            .map(|consent| Consent::new(consent, &me))
            .collect(),
        withdraw: if upload.pending_count > 0 && me.plans() {
            urls::tls_upload_withdraw(&upload.name)
        } else {
            String::new()
        },
        upload: Row::new(&upload, &me.times),
    };
    html(StatusCode::OK, &page)
}

pub async fn confirm(party: Party, id: Path<String>) -> Result<Response, PageError> {
    let me = provider(editor(party)?)?;
    ask(&me, &id, &Form::default(), StatusCode::OK).await
}

async fn ask(
    me: &SignedIn,
    id: &Path<String>,
    form: &Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, upload) = tokio::join!(
        me.frame(Tab::Tls, "Withdraw the upload"),
        get_upload(me, id)
    );
    let upload = upload?;
    let page = Withdraw {
        page: page.saying("bad", form.trouble.as_ref()),
        action: urls::tls_upload_withdraw(&upload.name),
        upload: Row::new(&upload, &me.times),
    };
    html(code, &page)
}

pub async fn withdraw(
    party: Party,
    id: Path<String>,
    mut form: Form,
) -> Result<Response, PageError> {
    let me = provider(editor(party)?)?;
    let name = resource("uploads", &id)?;
    let request = WithdrawUploadRequest { name: name.clone() };
    match me.clients.uploads().withdraw_upload(request).await {
        Ok(_) => Ok(done(&urls::tls_upload(&name), Some(&frame::TLS_WITHDRAWN))),
        Err(status) => {
            let code = form.refused(status, &[])?;
            ask(&me, &id, &form, code).await
        }
    }
}
