//! Changes what a provider may do under a grant, or until when.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_kit::clock::{from_proto, to_proto};
use nsp_proto::{
    FieldMask,
    tlsauth::v1::{GetGrantRequest, Grant, UpdateGrantsRequest},
};
use tonic::Code;

use crate::{
    errors::PageError,
    forms::{Field, Form},
    frame::{self, Frame, Tab, done, html},
    messages,
    pages::{
        cases::resource,
        tls::{
            administrator,
            grant_new::{scopes, until},
            grants::Row,
            words::SCOPES,
        },
    },
    signed_in::{Party, SignedIn},
    urls,
};

const FIELDS: &[Field] = &[
    Field {
        id: "scopes",
        path: "grant.scopes",
        label: "What they may do",
    },
    Field {
        id: "until",
        path: "grant.expire_time",
        label: "Last day",
    },
];

#[derive(Template)]
#[template(path = "tls/grant_edit.html")]
struct Edit {
    page: Frame,
    grant: Row,
    form: Form,
}

/// The grant of an address.
pub async fn get_grant(me: &SignedIn, id: &Path<String>) -> Result<Grant, PageError> {
    let name = resource("grants", id)?;
    let grant = me
        .clients
        .grants()
        .get_grant(GetGrantRequest { name })
        .await?;
    Ok(grant.into_inner())
}

pub async fn get(party: Party, id: Path<String>) -> Result<Response, PageError> {
    let me = administrator(party)?;
    let grant = get_grant(&me, &id).await?;
    let form = filled(&grant, &me);
    show(&me, &grant, form, StatusCode::OK).await
}

fn filled(grant: &Grant, me: &SignedIn) -> Form {
    let mut form = Form::default().with("etag", &grant.etag);
    for scope in &SCOPES {
        if grant.scopes().any(|has| has == scope.scope) {
            form = form.with("scopes", scope.id);
        }
    }
    // The last day is the one before the day at whose beginning it ends.
    let end = grant.expire_time.as_ref().and_then(from_proto);
    let last = end.map(|at| {
        let last = at - jiff::SignedDuration::from_secs(1);
        me.times.time_zone().to_datetime(last).date().to_string()
    });
    form.with("until", last.unwrap_or_default())
}

async fn show(
    me: &SignedIn,
    grant: &Grant,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let grant = Row::new(grant, me);
    if grant.edit.is_empty() {
        return Err(PageError::NotFound);
    }
    let page = me.frame(Tab::Tls, "Change a grant").await;
    let page = Edit {
        page: page.saying("bad", form.trouble.as_ref()),
        grant,
        form,
    };
    html(code, &page)
}

pub async fn post(party: Party, id: Path<String>, mut form: Form) -> Result<Response, PageError> {
    let me = administrator(party)?;
    let grant = get_grant(&me, &id).await?;
    let scopes = scopes(&mut form);
    let until = until(&mut form, &me.times);
    if !form.is_good() {
        return show(&me, &grant, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let request = UpdateGrantsRequest {
        names: vec![grant.name.clone()],
        etags: vec![form.value("etag").to_owned()],
        grant: Some(Grant {
            scopes,
            expire_time: until.map(to_proto),
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["scopes".to_owned(), "expire_time".to_owned()],
        }),
    };
    match me.clients.grants().update_grants(request).await {
        Ok(_) => Ok(done(urls::TLS_GRANTS, Some(&frame::SAVED))),
        Err(status) if status.code() == Code::Aborted => {
            let now = get_grant(&me, &id).await?;
            form.trouble = Some(messages::CHANGED.to_owned());
            form.set("etag", &now.etag);
            show(&me, &now, form, StatusCode::CONFLICT).await
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, &grant, form, code).await
        }
    }
}
