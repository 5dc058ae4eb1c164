//! Ends a grant, after asking: by the registry that gave it, or by the provider that received it.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::RevokeGrantsRequest;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::tls::{administrator, grant_edit::get_grant, grants::Row},
    signed_in::{Party, SignedIn},
    urls,
};

#[derive(Template)]
#[template(path = "tls/grant_revoke.html")]
struct Revoke {
    page: Frame,
    grant: Row,
    title: String,
    consequence: String,
    go: &'static str,
}

pub async fn get(party: Party, id: Path<String>) -> Result<Response, PageError> {
    let me = administrator(party)?;
    show(&me, &id, &Form::default(), StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    id: &Path<String>,
    form: &Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let grant = Row::new(&get_grant(me, id).await?, me);
    if grant.revoke.is_empty() {
        return Err(PageError::NotFound);
    }
    let (title, go) = if grant.given {
        let title = format!(
            "Revoke the access of {} to {}?",
            grant.provider, grant.tld.shown
        );
        (title, "Revoke the access")
    } else {
        (format!("Give back {}?", grant.tld.shown), "Give it back")
    };
    let page = me.frame(Tab::Tls, &title).await;
    let page = Revoke {
        page: page.saying("bad", form.trouble.as_ref()),
        consequence: consequence(grant.clients),
        title,
        go,
        grant,
    };
    html(code, &page)
}

fn consequence(clients: i32) -> String {
    match u64::try_from(clients).unwrap_or_default() {
        0 => "It ends at once. No entry depends on it.".to_owned(),
        1 => "It ends at once, and the entry that was made under it is deleted: whoever came in by it is refused."
            .to_owned(),
        many => format!(
            "It ends at once, and {} that were made under it are deleted: whoever came in by them is refused.",
            format_args!("{many} entries")
        ),
    }
}

pub async fn post(party: Party, id: Path<String>, mut form: Form) -> Result<Response, PageError> {
    let me = administrator(party)?;
    let grant = get_grant(&me, &id).await?;
    if Row::new(&grant, &me).revoke.is_empty() {
        return Err(PageError::NotFound);
    }
    let request = RevokeGrantsRequest {
        names: vec![grant.name],
    };
    match me.clients.grants().revoke_grants(request).await {
        Ok(_) => Ok(done(urls::TLS_GRANTS, Some(&frame::TLS_REVOKED))),
        Err(status) => {
            let code = form.refused(status, &[])?;
            show(&me, &id, &form, code).await
        }
    }
}
