//! What is wrong with some of several windows: told in an answer, or in a refusal.

use nsp_kit::{
    clock::to_proto,
    status::{Invalid, Violations},
};
use nsp_proto::maintenance::v1 as pb;

use crate::{
    domain::{Occupied, Span},
    error::Error,
    store::overlaps::InTheWay,
};

/// Collects problems, in the order of the request.
#[derive(Default)]
pub struct Problems(Vec<pb::Problem>);

impl Problems {
    pub fn add(&mut self, index: usize, field: &str, reason: &str, message: &impl ToString) {
        self.0.push(pb::Problem {
            index: place(index),
            field: field.to_owned(),
            reason: reason.to_owned(),
            message: message.to_string(),
            clash: None,
        });
    }

    /// `wanted` overlaps what is in its way.
    pub fn add_clash(&mut self, index: usize, wanted: &Occupied, service: &str, clash: &Clash) {
        let InTheWay {
            title,
            span,
            creator_name,
            ..
        } = &clash.other;
        let tld = wanted.tld.as_ref();
        let whose = match clash.index {
            Some(_) => "of this request".to_owned(),
            None => format!("entered by {creator_name}"),
        };
        let message = format!(
            "overlaps with “{title}” ({service} of .{tld}), {}, {whose}",
            words(span)
        );
        self.0.push(pb::Problem {
            index: place(index),
            field: "start_time".to_owned(),
            reason: "OVERLAP".to_owned(),
            message,
            clash: Some(pb::Clash {
                window: match clash.index {
                    Some(_) => String::new(),
                    None => clash.other.id.to_string(),
                },
                index: clash.index.map_or(-1, place),
                tld: tld.to_owned(),
                service: wanted.service.as_ref().to_owned(),
                display_name: title.clone(),
                start_time: Some(to_proto(span.start())),
                end_time: Some(to_proto(span.end())),
                creator_display_name: creator_name.clone(),
            }),
        });
    }

    /// Whether something is wrong with the window at `index`.
    pub fn concern(&self, index: usize) -> bool {
        self.0.iter().any(|problem| problem.index == place(index))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As an answer tells them.
    pub fn into_answer(mut self) -> Vec<pb::Problem> {
        self.0.sort_by_key(|problem| problem.index);
        self.0
    }

    /// As a request for windows is refused because of them.
    pub fn into_refusal(self) -> Error {
        let only_overlaps = self.0.iter().all(|problem| problem.reason == "OVERLAP");
        let fields = self.into_answer().into_iter().map(|problem| {
            let path = format!("windows[{}].{}", problem.index, problem.field);
            (path, problem.message)
        });
        if only_overlaps {
            return Error::Overlap(fields.collect());
        }
        let mut bad = Violations::default();
        fields.for_each(|(path, words)| bad.add(&path, words));
        match bad.finish(None::<()>) {
            Err(invalid) => invalid.into(),
            Ok(()) => Invalid::field("windows", "must make sense").into(),
        }
    }
}

/// What is in the way: a stored window, or one of the same request.
pub struct Clash {
    pub index: Option<usize>,
    pub other: InTheWay,
}

/// The words for an overlap with one stored window.
pub fn overlap(wanted: &Occupied, service: &str, other: InTheWay) -> String {
    let mut problems = Problems::default();
    let clash = Clash { index: None, other };
    problems.add_clash(0, wanted, service, &clash);
    problems
        .0
        .pop()
        .map(|problem| problem.message)
        .unwrap_or_default()
}

/// From when until when, in UTC.
fn words(span: &Span) -> String {
    let (start, end) = (span.start(), span.end());
    let end_format = if start.strftime("%F").to_string() == end.strftime("%F").to_string() {
        "%H:%M:%S UTC"
    } else {
        "%F %H:%M:%S UTC"
    };
    let text = format!(
        "{} to {}",
        start.strftime("%F %H:%M:%S"),
        end.strftime(end_format)
    );
    text.replace(":00 ", " ")
}

fn place(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_short_as_they_can_be() {
        let span = |start: &str, end: &str| {
            words(&Span::new(start.parse().unwrap(), end.parse().unwrap()).unwrap())
        };
        assert_eq!(
            span("2026-11-21T12:00:00Z", "2026-11-21T14:30:00Z"),
            "2026-11-21 12:00 to 14:30 UTC"
        );
        assert_eq!(
            span("2026-11-21T22:00:05Z", "2026-11-22T02:00:00Z"),
            "2026-11-21 22:00:05 to 2026-11-22 02:00 UTC"
        );
    }
}
