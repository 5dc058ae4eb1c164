//! Puts documents of the SLA monitoring, and takes them away.

use nsp_kit::{
    call::Call,
    events::{About, audit},
    status::Violations,
};
use nsp_proto::reporting::v1 as pb;

use super::convert;
use crate::{
    error::Error,
    formats::monitoring::{self, Checked},
    store::monitoring::{self as store, Root},
};

/// In one call.
const MOST: usize = 500;

pub async fn put_monitoring_documents(
    call: &Call,
    request: &pb::PutMonitoringDocumentsRequest,
) -> Result<pb::PutMonitoringDocumentsResponse, Error> {
    let mut bad = Violations::default();
    if !(1..=MOST).contains(&request.documents.len()) {
        bad.add("documents", format!("must be 1 to {MOST}"));
        bad.finish(None::<()>)?;
        return Ok(pb::PutMonitoringDocumentsResponse::default());
    }
    let mut checked: Vec<(Root, &pb::MonitoringDocument, Checked)> = Vec::new();
    for (i, document) in request.documents.iter().enumerate() {
        let field = format!("documents[{i}]");
        let root = root(&mut bad, &field, document.entity.as_ref(), document.version);
        let Some((root, entity)) = root else {
            continue;
        };
        match monitoring::check(&entity, document.version, &document.path, &document.body) {
            Ok(found) => checked.push((root, document, found)),
            Err(problem) => {
                let (part, words) = problem.split_once(": ").unwrap_or(("body", &problem));
                bad.add(&format!("{field}.{part}"), words);
            }
        }
    }
    // Always in the same order, so that two who put the same do not wait for each other.
    checked.sort_by(|(a, x, _), (b, y, _)| {
        (&a.entity, a.version, &x.path).cmp(&(&b.entity, b.version, &y.path))
    });
    let checked = bad.finish(Some(checked))?;

    let mut tx = call.begin().await?;
    let mut stored = 0;
    for (root, document, found) in &checked {
        if store::put(&mut tx, root, &document.path, &document.body, found).await? {
            stored += 1;
        }
    }
    tx.commit().await?;
    Ok(pb::PutMonitoringDocumentsResponse { stored })
}

pub async fn delete_monitoring_documents(
    call: &Call,
    request: &pb::DeleteMonitoringDocumentsRequest,
) -> Result<pb::DeleteMonitoringDocumentsResponse, Error> {
    let mut bad = Violations::default();
    if !(1..=MOST).contains(&request.paths.len()) {
        bad.add("paths", format!("must be 1 to {MOST}"));
    }
    let root = root(&mut bad, "", request.entity.as_ref(), request.version);
    let (root, _) = bad.finish(root)?;

    let mut tx = call.begin().await?;
    let deleted = store::delete(&mut tx, &root, &request.paths).await?;
    audit(
        &mut tx,
        &About::new(&root.entity, None),
        "monitoring.deleted",
    )
    .await?;
    tx.commit().await?;
    Ok(pb::DeleteMonitoringDocumentsResponse {
        deleted: i32::try_from(deleted).unwrap_or(i32::MAX),
    })
}

/// Under which key documents lie.
fn root(
    bad: &mut Violations,
    field: &str,
    entity: Option<&pb::Entity>,
    version: i32,
) -> Option<(Root, crate::domain::Entity)> {
    let name = |part: &str| {
        if field.is_empty() {
            part.to_owned()
        } else {
            format!("{field}.{part}")
        }
    };
    let entity = convert::entity(bad, &name("entity"), entity);
    let number = i16::try_from(version)
        .ok()
        .filter(|version| (1..=2).contains(version));
    if number.is_none() {
        bad.add(&name("version"), "must be 1 or 2");
    }
    let entity = entity?;
    let root = Root {
        entity: entity.to_string(),
        version: number?,
    };
    Some((root, entity))
}
