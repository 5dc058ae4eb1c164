//! The escrow reports or notifications of a day, each as it was received.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::reporting::v1 as pb;

use super::{
    answer::{self, document, not_found, rejected},
    convert,
    has_report::period,
};
use crate::{
    domain::{Finding, Label, Problem},
    error::Error,
    formats,
    objects::Objects,
    settings::Settings,
    store,
};

/// What one answer holds; what is older is left out. An edge takes 16 MiB.
const MAX_BYTES: i64 = 12 * 1024 * 1024;

pub async fn get_received_reports(
    call: &Call,
    settings: &Settings,
    objects: &Objects,
    request: pb::GetReceivedReportsRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    let kind = convert::kind(&mut bad, request.kind());
    let tld = bad.parse::<Label>("tld", &request.tld);
    let (kind, tld) = bad.finish(kind.zip(tld))?;
    if kind.is_monthly() {
        return Ok(not_found());
    }
    let description = format!("Date: {}", request.date);
    let Some(day) = period(kind, &request.date) else {
        return rejected(settings, &Problem::new(Finding::InvalidDate, description));
    };
    if day < settings.rri.config.received_since {
        let problem = Problem::new(Finding::BeforeDeployment, description);
        return rejected(settings, &problem);
    }

    let mut tx = call.begin().await?;
    let received = store::received::of_day(&mut tx, &tld, kind, day).await?;
    drop(tx);
    let mut bodies = Vec::with_capacity(received.len());
    let mut total = 0;
    for one in received {
        total += one.size;
        if total > MAX_BYTES {
            break;
        }
        bodies.push((one.time, objects.get(&one.object).await?.to_vec()));
    }
    if bodies.is_empty() {
        return Ok(not_found());
    }
    let body = formats::received::write(kind, &bodies, &settings.limits)?;
    Ok(document(body, answer::XML))
}
