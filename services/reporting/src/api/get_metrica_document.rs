//! METRICA reports, and which there are.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::reporting::v1::{self as pb, answer::Outcome};

use super::{
    answer::{JSON, bare, dated, document, not_found, wrong_query},
    convert,
};
use crate::{
    domain::{self, Entity, today},
    error::Error,
    formats::{
        metrica,
        query::{Flag, Query},
    },
    objects::Objects,
    settings::Settings,
    store::metrica as store,
};

pub async fn get_metrica_document(
    call: &Call,
    settings: &Settings,
    objects: &Objects,
    request: pb::GetMetricaDocumentRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    let entity = convert::entity(&mut bad, "entity", request.entity.as_ref());
    let entity = bad.finish(entity)?;
    if request.daar && !settings.mosapi.daar {
        return Ok(bare(Outcome::NotImplemented));
    }
    if !settings.mosapi.versions.contains(&request.version) {
        return Ok(not_found());
    }
    let (one, all) = if request.daar {
        ("report", "reports")
    } else {
        ("domainList", "domainLists")
    };
    let segments: Vec<&str> = request.path.split('/').collect();
    let day = match segments.as_slice() {
        [name] if *name == all => return list(call, settings, &request, &entity).await,
        [name, "latest"] if *name == one => None,
        [name, day] if *name == one => match domain::day(day) {
            Some(day) => Some(day),
            None => return Ok(not_found()),
        },
        _ => return Ok(not_found()),
    };
    let mut tx = call.begin().await?;
    let Some(report) = store::get(&mut tx, &entity.to_string(), day).await? else {
        return Ok(not_found());
    };
    drop(tx);
    let body = objects.get(&report.object).await?.to_vec();
    let copy = request.copy.as_ref();
    Ok(dated(body, JSON, report.generation_time, copy))
}

async fn list(
    call: &Call,
    settings: &Settings,
    request: &pb::GetMetricaDocumentRequest,
    entity: &Entity,
) -> Result<pb::Answer, Error> {
    let range = Query::parse(&request.query, &settings.mosapi, Flag::None)
        .and_then(|query| query.range(today(call.now), &settings.mosapi));
    let range = match range {
        Ok(range) => range,
        Err((error, description)) => return Ok(wrong_query(settings, error, &description)),
    };
    let mut tx = call.begin().await?;
    let days = store::days(&mut tx, &entity.to_string(), range.from, range.to).await?;
    Ok(document(
        metrica::list(request.version, entity, &days),
        JSON,
    ))
}
