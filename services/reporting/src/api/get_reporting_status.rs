//! How a TLD stands with its reports, for machines, and which drafts this server conforms to.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::reporting::v1::{
    self as pb, answer::Outcome, get_reporting_status_request::Subject,
};

use super::{
    answer::{JSON, XML, bare, document, not_found},
    convert,
    get_report_status::periods,
};
use crate::{
    domain::{Kind, Label},
    error::Error,
    formats::summary::{self, Kinds, Summary},
    settings::Settings,
    store,
};

pub async fn get_reporting_status(
    call: &Call,
    settings: &Settings,
    request: pb::GetReportingStatusRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    let label = bad.parse::<Label>("tld", &request.tld);
    if request.subject() == Subject::Unspecified {
        bad.add("subject", "must be given");
    }
    let label = bad.finish(label)?;
    let Some(form) = form(&request.accept, settings.rri.config.status_as_xml) else {
        return Ok(bare(Outcome::NotAcceptable));
    };

    let mut tx = call.begin().await?;
    let Some(tld) = store::tlds::find(&mut tx, &label).await? else {
        return Ok(not_found());
    };
    let all = periods(&mut tx, settings, &[(tld.label.as_ref(), tld.owes_from)]).await?;
    let last_full = store::progress::last_full(&mut tx, &label).await?;
    drop(tx);
    let kinds = Kind::ALL.into_iter().map(|kind| Kinds {
        kind,
        open: settings.rri.is_open(kind, label.as_ref()),
        periods: all.of(label.as_ref(), kind).to_vec(),
    });
    let summary = Summary {
        tld: label.as_ref(),
        now: call.now,
        last_full,
        kinds: kinds.collect(),
        agent_only: request.subject() == Subject::EscrowAgentNotification,
        full_weekday: settings.rri.full_deposit_weekday,
    };
    Ok(match form {
        Form::Json => document(summary.json(), JSON),
        Form::Xml => document(summary.xml()?, XML),
    })
}

pub fn get_conformance(
    settings: &Settings,
    request: &pb::GetConformanceRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    bad.finish(Some(()))?;
    let specifications = &settings.rri.config.conformance;
    if specifications.is_empty() {
        return Ok(not_found());
    }
    Ok(document(summary::conformance(specifications)?, XML))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Xml,
}

/// The form that an `Accept` header likes best (RFC 9110, 12.5.1); none if it likes neither.
fn form(accept: &str, xml_by_default: bool) -> Option<Form> {
    let forms = if xml_by_default {
        [Form::Xml, Form::Json]
    } else {
        [Form::Json, Form::Xml]
    };
    if accept.trim().is_empty() {
        return Some(forms[0]);
    }
    let liking = |form: Form| quality(accept, form);
    // The first of equals is the default.
    let mut best = None;
    for form in forms {
        let quality = liking(form);
        if quality > 0 && best.is_none_or(|(_, other)| quality > other) {
            best = Some((form, quality));
        }
    }
    best.map(|(form, _)| form)
}

/// From 0 to 1000: that of the most exact range that fits.
fn quality(accept: &str, form: Form) -> u16 {
    let names: &[&str] = match form {
        Form::Json => &["application/json"],
        Form::Xml => &["text/xml", "application/xml"],
    };
    let mut best = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let exactness = if names.contains(&kind.as_str()) {
            3
        } else if names
            .iter()
            .any(|name| Some(name.split('/').next().unwrap_or_default()) == kind.strip_suffix("/*"))
        {
            2
        } else if kind == "*/*" {
            1
        } else {
            continue;
        };
        let given = parts.find_map(|part| part.strip_prefix("q="));
        let quality = match given.map(str::parse::<f32>) {
            None => 1000,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is between 0 and 1000"
            )]
            Some(Ok(q)) => (q.clamp(0.0, 1.0) * 1000.0) as u16,
            Some(Err(_)) => 0,
        };
        if exactness > best.0 || (exactness == best.0 && quality > best.1) {
            best = (exactness, quality);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_that_is_liked_best() {
        for (accept, expected) in [
            ("", Some(Form::Json)),
            ("*/*", Some(Form::Json)),
            ("application/json", Some(Form::Json)),
            ("text/xml", Some(Form::Xml)),
            ("application/xml, */*;q=0.1", Some(Form::Xml)),
            ("text/xml;q=0.5, application/json;q=0.4", Some(Form::Xml)),
            ("text/xml;q=0.4, application/json;q=0.5", Some(Form::Json)),
            ("text/*", Some(Form::Xml)),
            ("text/html", None),
            ("application/json;q=0, text/xml;q=0", None),
            ("*/*;q=0.1, application/json;q=0", Some(Form::Xml)),
            ("*/*;q=wrong", None),
        ] {
            assert_eq!(form(accept, false), expected, "{accept}");
        }
        assert_eq!(form("", true), Some(Form::Xml));
        assert_eq!(form("*/*", true), Some(Form::Xml));
    }
}
