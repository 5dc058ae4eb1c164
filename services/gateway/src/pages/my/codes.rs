//! New recovery codes, after asking: the old ones stop working.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::identity::v1::RegenerateRecoveryCodesRequest;

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    security::Secret,
    signed_in::SignedIn,
};

#[derive(Template)]
#[template(path = "my/codes.html")]
struct Codes {
    page: Frame,
    /// None before they are made.
    codes: Option<Vec<String>>,
}

pub async fn get(me: SignedIn) -> Result<Response, PageError> {
    let page = me.frame(Tab::None, "Make new recovery codes").await;
    html(StatusCode::OK, &Codes { page, codes: None })
}

pub async fn post(me: SignedIn) -> Result<Response, PageError> {
    let mut factors = me.clients.factors();
    let (page, codes) = tokio::join!(
        me.frame(Tab::None, "Recovery codes"),
        factors.regenerate_recovery_codes(RegenerateRecoveryCodesRequest {})
    );
    let codes = Some(codes?.into_inner().codes);
    let mut response = html(StatusCode::OK, &Codes { page, codes })?;
    response.extensions_mut().insert(Secret);
    Ok(response)
}
