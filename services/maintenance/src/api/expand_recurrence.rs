//! The occurrences of a recurrence rule (MW-7).

use jiff::tz::TimeZone;
use nsp_kit::{call::Call, clock::to_proto, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::convert::moment;
use crate::{
    domain::{
        Limits, MAX_WINDOWS, Span,
        recurrence::{Adjustment, Expansion, Occurrence, Rule},
    },
    error::Error,
};

const IANA: &str = "must be an IANA time zone, such as Europe/Vienna";

pub fn expand_recurrence(
    call: &Call,
    limits: &Limits,
    request: &pb::ExpandRecurrenceRequest,
) -> Result<pb::ExpandRecurrenceResponse, Error> {
    let mut bad = Violations::default();
    let rule = bad.parse::<Rule>("rule", &request.rule);
    let zone = TimeZone::get(&request.time_zone)
        .map_err(|_| bad.add("time_zone", IANA))
        .ok();
    let span = span(&mut bad, call, limits, request);
    let most = match usize::try_from(request.max_occurrences) {
        Ok(0) => Some(MAX_WINDOWS),
        Ok(most) if most <= MAX_WINDOWS => Some(most),
        _ => {
            bad.add("max_occurrences", format!("must be 0 to {MAX_WINDOWS}"));
            None
        }
    };
    let (((rule, zone), first), most) = bad.finish(rule.zip(zone).zip(span).zip(most))?;

    let expansion = Expansion {
        rule: &rule,
        first,
        zone: &zone,
        most,
        horizon: call.now + limits.horizon,
    };
    let mut bad = Violations::default();
    let found = expansion
        .occurrences()
        .map_err(|(field, words)| bad.add(field, words))
        .ok();
    let found = bad.finish(found)?;
    Ok(pb::ExpandRecurrenceResponse {
        occurrences: found.iter().map(occurrence).collect(),
    })
}

/// The first occurrence, if a window could be like that.
fn span(
    bad: &mut Violations,
    call: &Call,
    limits: &Limits,
    request: &pb::ExpandRecurrenceRequest,
) -> Option<Span> {
    let mut time = |field, at: &Option<nsp_proto::Timestamp>| {
        moment(at.as_ref())
            .map_err(|words| bad.add(field, words))
            .ok()
    };
    let start = time("start_time", &request.start_time);
    let end = time("end_time", &request.end_time);
    let (start, end) = start.zip(end)?;
    let Some(span) = Span::new(start, end) else {
        bad.add("end_time", "must be after the start");
        return None;
    };
    for (field, words) in limits.check(&span, call.now) {
        bad.add(field, words);
    }
    Some(span)
}

fn occurrence(occurrence: &Occurrence) -> pb::Occurrence {
    let adjustment = match occurrence.adjustment {
        Adjustment::None => pb::occurrence::Adjustment::Unspecified,
        Adjustment::Skipped => pb::occurrence::Adjustment::SkippedTime,
        Adjustment::Repeated => pb::occurrence::Adjustment::RepeatedTime,
    };
    pb::Occurrence {
        start_time: Some(to_proto(occurrence.span.start())),
        end_time: Some(to_proto(occurrence.span.end())),
        adjustment: adjustment.into(),
    }
}
