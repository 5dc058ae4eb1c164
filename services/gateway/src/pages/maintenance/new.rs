//! New windows in two steps, fill in and verify (MW-2). The form carries everything, so nothing is kept here between them.

use axum::response::Response;
use http::StatusCode;
use nsp_proto::maintenance::v1::CreateWindowsRequest;
use tonic::Code;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, done},
    pages::choices::Choosing,
    pages::maintenance::{
        candidates::{self, Candidate},
        fill_in, planner,
        verify::{self, Ticks},
    },
    signed_in::{Party, SignedIn},
    urls,
};

const FIELDS: &[Field] = &[field("request_id", "The form")];

pub async fn get(party: Party) -> Result<Response, PageError> {
    let me = planner(party)?;
    fill_in::show(&me, Form::default(), Choosing::Done, StatusCode::OK).await
}

pub async fn post(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = planner(party)?;
    let step = form.value("step").to_owned();
    if let Some(choosing) = Choosing::find(&step) {
        return fill_in::show(&me, form, choosing, StatusCode::OK).await;
    }
    let Some(candidates) = candidates::all(&me, &mut form).await? else {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return fill_in::show(&me, form, Choosing::Done, code).await;
    };
    match step.as_str() {
        "validate" => validate(&me, form, &candidates).await,
        "submit" => submit(&me, form, &candidates).await,
        "unpick" => verify::show(&me, &form, &candidates, &Ticks::none(), StatusCode::OK).await,
        _ => {
            let ticks = Ticks::all(&candidates);
            verify::show(&me, &form, &candidates, &ticks, StatusCode::OK).await
        }
    }
}

async fn validate(
    me: &SignedIn,
    mut form: Form,
    candidates: &[Candidate],
) -> Result<Response, PageError> {
    let ticks = Ticks::of(&form).validate(me, candidates).await?;
    let code = match &ticks.found {
        None => {
            form.trouble = Some("No window is ticked. Tick those to add.".to_owned());
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Some(found) if found.is_empty() => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    verify::show(me, &form, candidates, &ticks, code).await
}

async fn submit(
    me: &SignedIn,
    mut form: Form,
    candidates: &[Candidate],
) -> Result<Response, PageError> {
    let ticks = Ticks::of(&form);
    let windows = ticks.windows(candidates);
    if windows.is_empty() {
        return validate(me, form, candidates).await;
    }
    let request = CreateWindowsRequest {
        windows,
        validate_only: false,
        request_id: form.value("request_id").to_owned(),
    };
    let Err(refusal) = me.clients.windows().create_windows(request).await else {
        let enabled = format!("{}?view=enabled", urls::MAINTENANCE);
        return Ok(done(&enabled, Some(&frame::WINDOWS_ADDED)));
    };
    let about_windows = [Code::FailedPrecondition, Code::InvalidArgument];
    let ticks = if about_windows.contains(&refusal.code()) {
        // Each window says itself what is wrong with it.
        ticks.validate(me, candidates).await?
    } else {
        ticks
    };
    let told = ticks.found.as_ref().is_some_and(|found| !found.is_empty());
    let code = if told {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        form.refused(refusal, FIELDS)?
    };
    if !told && form.trouble.is_none() {
        // The form was sent before with other windows ticked.
        form.trouble = Some(
            "These windows were not added: the form was sent before with others. Validate them, then submit."
                .to_owned(),
        );
    }
    verify::show(me, &form, candidates, &ticks, code).await
}
