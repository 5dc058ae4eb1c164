//! A provider's uploads, newest first, with how far the registries have decided (TLS-3).

use askama::Template;
use axum::{
    extract::Query as Address,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use nsp_proto::tlsauth::v1::{ListUploadsRequest, Upload};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::tls::{Parts, viewer, words},
    signed_in::SignedIn,
    time::{Moment, Times},
    urls,
};

const PAGE: i32 = 50;
/// The header of the file, and a row to write over.
const TEMPLATE: &str = "tld,domain_names,roles,prefixes,open_reason,note\r\n\
    example,tlsa.rsp.example,monthly-reporting data-escrow,192.0.2.0/24 2001:db8::/48,,Reporting machines\r\n";

#[derive(Template)]
#[template(path = "tls/uploads.html")]
struct Uploads {
    page: Frame,
    parts: Parts,
    may_upload: bool,
    rows: Vec<Row>,
    first: String,
    next: String,
}

/// One upload.
pub struct Row {
    pub href: String,
    pub account: String,
    pub state: (&'static str, &'static str, &'static str),
    pub attester: String,
    pub creator: String,
    pub created: Option<Moment>,
    pub rows: i32,
    pub tlds: i32,
    pub pending: i32,
}

impl Row {
    pub fn new(upload: &Upload, times: &Times) -> Self {
        Self {
            href: urls::tls_upload(&upload.name),
            account: upload.account_display_name.clone(),
            state: words::upload(upload.state()),
            attester: upload.attester.clone(),
            creator: upload.creator_display_name.clone(),
            created: times.moment(upload.create_time.as_ref()),
            rows: upload.row_count,
            tlds: upload.tld_count,
            pending: upload.pending_count,
        }
    }
}

/// Uploads are for providers; staff see all of them.
pub fn provider(me: SignedIn) -> Result<SignedIn, PageError> {
    let me = viewer(me)?;
    if me.provides() || me.session.user.staff {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = provider(me)?;
    let after = pairs.iter().find(|(name, _)| name == "after");
    let after = after.map_or("", |(_, value)| value.as_str());
    let request = ListUploadsRequest {
        page_size: PAGE,
        page_token: after.to_owned(),
        ..Default::default()
    };
    let mut uploads = me.clients.uploads();
    let (page, parts, answer) = tokio::join!(
        me.frame(Tab::Tls, "Uploads"),
        Parts::of(&me, "uploads"),
        uploads.list_uploads(request)
    );
    let answer = answer?.into_inner();
    let page = Uploads {
        page,
        may_upload: me.provides() && me.administers(),
        parts,
        rows: answer
            .uploads
            .iter()
            .map(|upload| Row::new(upload, &me.times))
            .collect(),
        first: if after.is_empty() {
            String::new()
        } else {
            urls::TLS_UPLOADS.to_owned()
        },
        next: if answer.next_page_token.is_empty() {
            String::new()
        } else {
            urls::with(urls::TLS_UPLOADS, &[("after", &answer.next_page_token)])
        },
    };
    html(StatusCode::OK, &page)
}

/// The file to fill in.
pub async fn template(me: SignedIn) -> Result<Response, PageError> {
    provider(me)?;
    Ok(file("tls-clients.csv", TEMPLATE.into()))
}

/// A CSV file to keep.
pub fn file(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
