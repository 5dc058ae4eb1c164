//! Deletes windows, all or none, or says which cannot be deleted (MW-5).

use std::collections::HashMap;

use nsp_kit::{
    call::Call,
    db::Tx,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{events::v1::WindowDeleted, maintenance::v1 as pb};

use super::{convert, problems::Problems};
use crate::{
    domain::{Etag, MAX_WINDOWS, Window, WindowId},
    error::{Error, of_refusal},
    store,
};

pub async fn delete_windows(
    call: &Call,
    request: pb::DeleteWindowsRequest,
) -> Result<pb::DeleteWindowsResponse, Error> {
    let targets = targets(&request)?;
    let ids: Vec<WindowId> = targets.iter().map(|(id, _)| *id).collect();

    let mut tx = call.begin().await?;
    let found = if request.validate_only {
        store::windows::find(&mut tx, &ids).await?
    } else {
        store::windows::lock(&mut tx, &ids).await?
    };
    let found: HashMap<WindowId, Window> = found.into_iter().map(|one| (one.id, one)).collect();
    let mut problems = Problems::default();
    for (i, (id, etag)) in targets.iter().enumerate() {
        let Some(window) = found.get(id) else {
            problems.add(i, "", "WINDOW_NOT_FOUND", &Error::NotFound);
            continue;
        };
        let refusal = window
            .check_deletable(call.now)
            .and_then(|()| window.check(etag.0));
        if let Err(refusal) = refusal {
            problems.add(i, "", of_refusal(&refusal).1, &refusal);
        }
    }
    if request.validate_only {
        let found = ids.iter().filter_map(|id| found.get(id));
        return Ok(pb::DeleteWindowsResponse {
            windows: found.map(|one| convert::listed(one, call.now)).collect(),
            problems: problems.into_answer(),
        });
    }
    if !problems.is_empty() {
        let problems = problems.into_answer().into_iter();
        let names = problems.map(|one| (format!("names[{}]", one.index), one.message));
        return Err(Error::NotDeletable(names.collect()));
    }

    store::windows::delete(&mut tx, &ids).await?;
    for window in ids.iter().filter_map(|id| found.get(id)) {
        announce_deleted(&mut tx, window).await?;
    }
    tx.commit().await?;
    Ok(pb::DeleteWindowsResponse::default())
}

/// Each window and the etag to check.
fn targets(request: &pb::DeleteWindowsRequest) -> Result<Vec<(WindowId, Etag)>, Error> {
    let mut bad = Violations::default();
    if !(1..=MAX_WINDOWS).contains(&request.names.len()) {
        bad.add("names", format!("must be 1 to {MAX_WINDOWS}"));
        bad.finish(None::<()>)?;
        return Ok(Vec::new());
    }
    if !request.etags.is_empty() && request.etags.len() != request.names.len() {
        bad.add("etags", "must be none, or one for each name");
    }
    let mut targets: Vec<(WindowId, Etag)> = Vec::with_capacity(request.names.len());
    for (i, name) in request.names.iter().enumerate() {
        let id = bad.parse::<WindowId>(&format!("names[{i}]"), name);
        let etag = request.etags.get(i).map_or("", String::as_str);
        let etag = bad.parse::<Etag>(&format!("etags[{i}]"), etag);
        let Some((id, etag)) = id.zip(etag) else {
            continue;
        };
        if targets.iter().any(|(other, _)| *other == id) {
            bad.add(&format!("names[{i}]"), "is there twice");
        }
        targets.push((id, etag));
    }
    Ok(bad.finish(Some(targets))?)
}

pub async fn announce_deleted(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    let event = WindowDeleted {
        window: window.id.to_string(),
        account: window.account.to_string(),
        tld: window.draft.tld.as_ref().to_owned(),
        service: window.draft.service.as_ref().to_owned(),
    };
    announce(tx, &About::new(&window.id, window.account), &event).await?;
    Ok(())
}
