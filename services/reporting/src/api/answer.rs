//! What the edge answers with.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use nsp_kit::clock::{from_proto, to_proto};
use nsp_proto::reporting::v1::{self as pb, answer::Outcome};
use serde_json::json;

use crate::{
    domain::{Problem, QueryError},
    error::Error,
    formats::iirdea,
    settings::Settings,
};

pub const JSON: &str = "application/json";
pub const XML: &str = "text/xml; charset=utf-8";

/// An answer without a document.
pub fn bare(outcome: Outcome) -> pb::Answer {
    pb::Answer {
        outcome: outcome.into(),
        ..Default::default()
    }
}

pub fn not_found() -> pb::Answer {
    bare(Outcome::NotFound)
}

/// A document that is made anew for everyone who asks.
pub fn document(document: Vec<u8>, content_type: &str) -> pb::Answer {
    pb::Answer {
        document,
        content_type: content_type.to_owned(),
        ..bare(Outcome::Ok)
    }
}

/// A document that has an age, unless the client has it already.
pub fn dated(
    document: Vec<u8>,
    content_type: &str,
    modified: Timestamp,
    copy: Option<&pb::Copy>,
) -> pb::Answer {
    let etag = HEXLOWER.encode(&digest(&SHA256, &document).as_ref()[..16]);
    let modified = Timestamp::from_second(modified.as_second()).unwrap_or(modified);
    let mut answer = if copy.is_some_and(|copy| is_fresh(copy, &etag, modified)) {
        bare(Outcome::NotModified)
    } else {
        self::document(document, content_type)
    };
    answer.last_modified = Some(to_proto(modified));
    answer.etag = etag;
    answer
}

/// RFC 9110, 13.1.2 and 13.1.3.
fn is_fresh(copy: &pb::Copy, etag: &str, modified: Timestamp) -> bool {
    if !copy.etags.is_empty() {
        return copy.etags.iter().any(|known| known == "*" || known == etag);
    }
    let since = copy.modified_since.as_ref().and_then(from_proto);
    since.is_some_and(|since| modified <= since)
}

/// What is wrong with what was sent to RRI.
pub fn rejected(settings: &Settings, problem: &Problem) -> Result<pb::Answer, Error> {
    let outcome = outcome(settings, Err(problem));
    Ok(pb::Answer {
        outcome: Outcome::Rejected.into(),
        ..document(iirdea::write(&outcome)?, XML)
    })
}

/// The words for an accepted report with so many domains, or for what is wrong with one.
pub fn outcome(settings: &Settings, outcome: Result<Option<u32>, &Problem>) -> iirdea::Outcome {
    let (finding, description, domains) = match outcome {
        Ok(domains) => (crate::domain::Finding::Accepted, String::new(), domains),
        Err(problem) => (problem.finding, problem.description.clone(), None),
    };
    let verdict = settings.verdict(finding);
    iirdea::Outcome {
        code: verdict.code,
        message: verdict.message.clone(),
        description,
        domains,
    }
}

/// What is wrong with a query of MoSAPI.
pub fn wrong_query(settings: &Settings, error: QueryError, description: &str) -> pb::Answer {
    let verdict = settings.error(error);
    let body = json!({
        "resultCode": verdict.code,
        "message": verdict.message,
        "description": description,
    });
    pb::Answer {
        outcome: Outcome::Rejected.into(),
        ..document(body.to_string().into_bytes(), JSON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_fresh_by_its_etag_or_failing_that_by_its_age() {
        let modified = Timestamp::from_second(1_700_000_000).unwrap();
        let plain = dated(b"{}".to_vec(), JSON, modified, None);
        assert_eq!(plain.outcome(), Outcome::Ok);
        let ask = |etags: &[&str], since: Option<i64>| {
            let copy = pb::Copy {
                etags: etags.iter().map(|etag| (*etag).to_owned()).collect(),
                modified_since: since
                    .map(|seconds| to_proto(Timestamp::from_second(seconds).unwrap())),
            };
            dated(b"{}".to_vec(), JSON, modified, Some(&copy))
        };
        for (etags, since, expected) in [
            (vec![plain.etag.as_str()], None, Outcome::NotModified),
            (vec!["other", "*"], None, Outcome::NotModified),
            (vec!["other"], Some(1_800_000_000), Outcome::Ok),
            (vec![], Some(1_700_000_000), Outcome::NotModified),
            (vec![], Some(1_699_999_999), Outcome::Ok),
            (vec![], None, Outcome::Ok),
        ] {
            let answer = ask(&etags, since);
            assert_eq!(answer.outcome(), expected, "{etags:?} {since:?}");
            assert_eq!(answer.document.is_empty(), expected == Outcome::NotModified);
            assert_eq!(answer.etag, plain.etag);
        }
    }
}
