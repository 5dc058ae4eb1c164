//! Whether a report was accepted.

use jiff::civil::Date;
use nsp_kit::{call::Call, status::Violations};
use nsp_proto::reporting::v1::{self as pb, answer::Outcome};

use super::{
    answer::{bare, not_found},
    convert,
};
use crate::{
    domain::{Kind, Label, Month, day},
    error::Error,
    store,
};

pub async fn has_report(call: &Call, request: pb::HasReportRequest) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    let kind = convert::kind(&mut bad, request.kind());
    let tld = bad.parse::<Label>("tld", &request.tld);
    let (kind, tld) = bad.finish(kind.zip(tld))?;
    let Some(period) = period(kind, &request.date) else {
        return Ok(not_found());
    };
    let mut tx = call.begin().await?;
    let exists = store::received::exists(&mut tx, &tld, kind, period).await?;
    Ok(bare(if exists {
        Outcome::Ok
    } else {
        Outcome::NotFound
    }))
}

/// The month, as its first day, or the day in an address.
pub fn period(kind: Kind, text: &str) -> Option<Date> {
    if kind.is_monthly() {
        text.parse().ok().map(Month::first_day)
    } else {
        day(text)
    }
}
