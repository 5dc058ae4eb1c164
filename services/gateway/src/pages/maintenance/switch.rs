//! Enables or disables a window. It can be undone by the other, so nothing is asked.

use axum::{extract::Path, response::Response};
use nsp_proto::{
    FieldMask,
    maintenance::v1::{UpdateWindowRequest, Window},
};

use crate::{
    errors::PageError,
    forms::{Field, Form},
    frame::{self, Notice, done},
    pages::{
        cases::resource,
        maintenance::{planner, show},
    },
    signed_in::Party,
    urls,
};

/// An overlap is told at the start, which this page has no field for.
const FIELDS: &[Field] = &[];

pub async fn enable(party: Party, id: Path<String>, form: Form) -> Result<Response, PageError> {
    switch(party, id, form, true, &frame::WINDOW_ENABLED).await
}

pub async fn disable(party: Party, id: Path<String>, form: Form) -> Result<Response, PageError> {
    switch(party, id, form, false, &frame::WINDOW_DISABLED).await
}

async fn switch(
    party: Party,
    id: Path<String>,
    mut form: Form,
    enabled: bool,
    notice: &'static Notice,
) -> Result<Response, PageError> {
    let me = planner(party)?;
    let name = resource("windows", &id)?;
    let request = UpdateWindowRequest {
        window: Some(Window {
            name: name.clone(),
            enabled,
            etag: form.value("etag").to_owned(),
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["enabled".to_owned()],
        }),
        validate_only: false,
    };
    match me.clients.windows().update_window(request).await {
        Ok(_) => Ok(done(&urls::window(&name), Some(notice))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            let trouble = form.trouble.take();
            let trouble = trouble.map(|words| words.replace("window.start_time ", "It "));
            show::show(&me, &id, trouble.as_ref(), code).await
        }
    }
}
