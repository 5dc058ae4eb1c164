//! Puts a METRICA report of one day.

use aws_lc_rs::digest::{SHA256, digest};
use nsp_kit::{
    call::Call,
    events::{About, audit},
    status::{Invalid, Violations},
};
use nsp_proto::reporting::v1::{self as pb, put_metrica_report_request::Header};
use tonic::Streaming;
use uuid::Uuid;

use super::{
    body::{self, Message, Part},
    convert,
};
use crate::{
    domain,
    error::Error,
    formats,
    objects::Objects,
    settings::Settings,
    store::{self, metrica::Report},
};

impl Message for pb::PutMetricaReportRequest {
    type Header = Header;

    fn part(self) -> Part<Header> {
        match self.part {
            Some(pb::put_metrica_report_request::Part::Header(header)) => Part::Header(header),
            Some(pb::put_metrica_report_request::Part::Chunk(chunk)) => Part::Chunk(chunk),
            None => Part::Nothing,
        }
    }
}

pub async fn put_metrica_report(
    call: &Call,
    settings: &Settings,
    objects: &Objects,
    mut parts: Streaming<pb::PutMetricaReportRequest>,
) -> Result<pb::PutMetricaReportResponse, Error> {
    let header = body::header(&mut parts).await?;
    let mut bad = Violations::default();
    let entity = convert::entity(&mut bad, "entity", header.entity.as_ref());
    let day = domain::day(&header.date);
    if day.is_none() {
        bad.add("date", "must be a day, such as 2026-11-24");
    }
    let made = convert::moment(&mut bad, "generation_time", header.generation_time.as_ref());
    let ((entity, day), made) = bad.finish(entity.zip(day).zip(made))?;
    let body = body::body(&mut parts, settings.limits.metrica_bytes).await?;
    let body = body.ok_or_else(|| Invalid::field("chunk", "is more than the limit"))?;
    let (bytes, whose) = (body.clone(), entity.clone());
    let checked =
        tokio::task::spawn_blocking(move || formats::metrica::check(&whose, day, &bytes)).await;
    let checked = checked.map_err(|error| Error::Document(std::io::Error::other(error)))?;
    checked.map_err(|problem| Invalid::field("chunk", problem))?;

    let report = Report {
        day,
        generation_time: made,
        size: i64::try_from(body.len()).unwrap_or(i64::MAX),
        sha256: digest(&SHA256, &body).as_ref().to_vec(),
        object: format!("metrica/{}", Uuid::now_v7()),
    };
    let mut tx = call.begin().await?;
    store::loose::add(&mut tx, &report.object).await?;
    tx.commit().await?;
    objects.put(&report.object, body).await?;

    let mut tx = call.begin().await?;
    let stored = store::metrica::put(&mut tx, &entity.to_string(), &report).await?;
    // One that is older than what is there stays loose, and goes.
    if stored && !store::loose::keep(&mut tx, &report.object).await? {
        return Err(Error::Inconsistent("the object was taken away"));
    }
    if stored {
        let about = About::new(&format!("{entity}/metrica/{day}"), None);
        audit(&mut tx, &about, "metrica.put").await?;
    }
    tx.commit().await?;
    Ok(pb::PutMetricaReportResponse { stored })
}
