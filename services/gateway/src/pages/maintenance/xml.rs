//! The windows of a view as an RFC 9167 document (MW-7).

use axum::{
    extract::Query as Address,
    response::{IntoResponse, Response},
};
use http::header;
use nsp_proto::maintenance::v1::ExportWindowsRequest;

use crate::{errors::PageError, pages::maintenance::query::Query, signed_in::Party};

pub async fn get(
    Party(me): Party,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let query = Query::read(pairs);
    let request = ExportWindowsRequest {
        view: query.view().windows.into(),
        tld: query.tld,
        ..Default::default()
    };
    let answer = me.clients.windows().export_windows(request).await?;
    let answer = answer.into_inner();
    let headers = [
        (header::CONTENT_TYPE, answer.content_type.as_str()),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"maintenance.xml\"",
        ),
    ];
    Ok((headers, answer.document).into_response())
}
