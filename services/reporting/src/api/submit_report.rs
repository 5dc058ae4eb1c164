//! Takes a report in, or says what is wrong with it.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use jiff::civil::Date;
use nsp_kit::{
    call::Call,
    db::Tx,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{
    events::v1::{ReportAccepted, ReportRejected},
    reporting::v1::{self as pb, answer::Outcome, submit_report_request::Header},
};
use tonic::Streaming;
use uuid::Uuid;

use super::{
    answer::{self, bare},
    body::{self, Message, Part},
    convert,
};
use crate::{
    domain::{
        Accepted, Finding, Kind, Label, Month, Period, Problem, Submission, SubmissionId,
        check_replaceable,
    },
    error::Error,
    formats::inspect::{Expected, Inspected, inspect},
    objects::Objects,
    settings::Settings,
    store::{self, submissions::Slot, tlds::Tld},
};

impl Message for pb::SubmitReportRequest {
    type Header = Header;

    fn part(self) -> Part<Header> {
        match self.part {
            Some(pb::submit_report_request::Part::Header(header)) => Part::Header(header),
            Some(pb::submit_report_request::Part::Chunk(chunk)) => Part::Chunk(chunk),
            None => Part::Nothing,
        }
    }
}

pub async fn submit_report(
    call: &Call,
    settings: &std::sync::Arc<Settings>,
    objects: &Objects,
    mut parts: Streaming<pb::SubmitReportRequest>,
) -> Result<pb::SubmitReportResponse, Error> {
    let header = body::header(&mut parts).await?;
    let mut bad = Violations::default();
    convert::check_client(&mut bad, header.client.as_ref());
    let kind = convert::kind(&mut bad, header.kind());
    let label = bad.parse::<Label>("tld", &header.tld);
    let (kind, label) = bad.finish(kind.zip(label))?;

    let Some(tld) = store::tlds::find(&mut call.begin().await?, &label).await? else {
        return Ok(without_result(Outcome::NotFound));
    };
    let Some(body) = body::body(&mut parts, settings.limits.bytes(kind)).await? else {
        return Ok(without_result(Outcome::TooLarge));
    };
    let received = Received {
        tld,
        kind,
        path_id: header.path_id,
        client: header.client.unwrap_or_default(),
        body,
    };
    let expected = Expected {
        kind,
        path_id: received.path_id.clone(),
        content_type: header.content_type,
        tld: label,
        created: received.tld.created,
        now: call.now,
        is_final: is_final(call, settings, &received).await?,
    };
    let (shared, bytes) = (std::sync::Arc::clone(settings), received.body.clone());
    // Megabytes take a while to read; meanwhile others are served.
    let inspected = tokio::task::spawn_blocking(move || inspect(&expected, &bytes, &shared)).await;
    let inspected = inspected.map_err(|error| Error::Document(std::io::Error::other(error)))?;
    let (period, outcome) = match inspected {
        Inspected::UnsupportedType => return Ok(without_result(Outcome::UnsupportedType)),
        Inspected::Rejected { period, problem } => (period, Err(problem)),
        Inspected::Good(accepted) => (Some(accepted.period), Ok(accepted)),
    };
    match outcome {
        Ok(accepted) => accept(call, settings, objects, received, accepted).await,
        Err(problem) => reject(call, settings, received, period, problem).await,
    }
}

/// Something that has arrived.
struct Received {
    tld: Tld,
    kind: Kind,
    path_id: String,
    client: pb::Client,
    body: Bytes,
}

impl Received {
    fn external_id(&self) -> &str {
        match self.kind {
            Kind::EscrowReport => &self.path_id,
            _ => "",
        }
    }

    fn slot(&self, period: Date) -> Slot<'_> {
        Slot {
            tld: &self.tld.label,
            kind: self.kind,
            external_id: self.external_id(),
            period,
        }
    }

    fn submission(
        &self,
        call: &Call,
        period: Option<Date>,
        outcome: Result<Accepted, Problem>,
    ) -> Submission {
        Submission {
            id: SubmissionId::new(),
            account: self.tld.account,
            tld: self.tld.label.clone(),
            kind: self.kind,
            // It is quoted, however long it is, but for NUL, which PostgreSQL keeps in no text. Of what is accepted it is whole.
            external_id: fit(self.external_id()),
            receive_time: call.now,
            outcome,
            period,
            client: self.client.name.clone(),
            client_address: self.client.address.clone(),
            size: i64::try_from(self.body.len()).unwrap_or(i64::MAX),
            sha256: digest(&SHA256, &self.body).as_ref().to_vec(),
        }
    }
}

/// Whether there is a report for the month in the address that may no longer be replaced.
async fn is_final(call: &Call, settings: &Settings, received: &Received) -> Result<bool, Error> {
    let Ok(month) = received.path_id.parse::<Month>() else {
        return Ok(false);
    };
    let period = month.first_day();
    if check_final(received, period, call, settings).is_ok() {
        return Ok(false);
    }
    let slot = received.slot(period);
    let current = store::submissions::current(&mut call.begin().await?, &slot).await?;
    Ok(current.is_some())
}

/// First a name for the bytes, then the bytes, then the row that makes them count: whoever looks in between sees nothing,
/// and what a crash leaves behind is found by its name.
async fn accept(
    call: &Call,
    settings: &Settings,
    objects: &Objects,
    mut received: Received,
    accepted: Accepted,
) -> Result<pb::SubmitReportResponse, Error> {
    let period = accepted.period;
    if let Some(same) = repeated(call, settings, &received, period).await? {
        return Ok(same);
    }
    let object = format!("reports/{}", Uuid::now_v7());
    let mut tx = call.begin().await?;
    store::loose::add(&mut tx, &object).await?;
    tx.commit().await?;
    objects.put(&object, received.body.clone()).await?;

    let mut tx = call.begin().await?;
    received.tld.account = store::tlds::lock(&mut tx, &received.tld.label).await?;
    let current = store::submissions::current(&mut tx, &received.slot(period)).await?;
    if current.is_some()
        && let Err(problem) = check_final(&received, period, call, settings)
    {
        drop(tx);
        return reject(call, settings, received, Some(period), problem).await;
    }
    if !store::loose::keep(&mut tx, &object).await? {
        return Err(Error::Inconsistent("the object was taken away"));
    }
    let submission = received.submission(call, None, Ok(accepted));
    let verdict = settings.verdict(Finding::Accepted);
    store::submissions::supersede(&mut tx, &received.slot(period)).await?;
    store::submissions::insert(&mut tx, &submission, verdict, Some(&object)).await?;
    store::overdue::clear(&mut tx, &submission.tld, submission.kind, period).await?;
    announce_accepted(&mut tx, &submission, period).await?;
    tx.commit().await?;
    let domains = submission.outcome.as_ref().ok().and_then(|one| one.domains);
    answered(settings, Ok(domains), &submission.id)
}

/// The answer to a report that is there already, byte for byte, and may still be replaced: nothing is to be done. Agents'
/// notifications are all kept.
async fn repeated(
    call: &Call,
    settings: &Settings,
    received: &Received,
    period: Date,
) -> Result<Option<pb::SubmitReportResponse>, Error> {
    if received.kind == Kind::EscrowNotification
        || check_final(received, period, call, settings).is_err()
    {
        return Ok(None);
    }
    let mut tx = call.begin().await?;
    let current = store::submissions::current(&mut tx, &received.slot(period)).await?;
    let hash = digest(&SHA256, &received.body);
    match current.filter(|current| current.sha256 == hash.as_ref()) {
        Some(same) => answered(settings, Ok(same.domains), &same.id).map(Some),
        None => Ok(None),
    }
}

/// That a report of that month may still be replaced; those of days always may.
fn check_final(
    received: &Received,
    period: Date,
    call: &Call,
    settings: &Settings,
) -> Result<(), Problem> {
    if !received.kind.is_monthly() {
        return Ok(());
    }
    check_replaceable(received.kind, Month::of(period), call.now, &settings.rri)
}

/// Notes that something came and what was wrong with it. Its bytes are not kept.
async fn reject(
    call: &Call,
    settings: &Settings,
    received: Received,
    period: Option<Date>,
    problem: Problem,
) -> Result<pb::SubmitReportResponse, Error> {
    let verdict = settings.verdict(problem.finding);
    let submission = received.submission(call, period, Err(problem));
    let mut tx = call.begin().await?;
    store::submissions::insert(&mut tx, &submission, verdict, None).await?;
    let event = ReportRejected {
        submission: submission.id.to_string(),
        account: submission.account.to_string(),
        tld: submission.tld.as_ref().to_owned(),
        kind: submission.kind.name().to_owned(),
        date: period.map_or_else(String::new, |date| Period::name(submission.kind, date)),
        code: verdict.code,
    };
    announce(
        &mut tx,
        &About::new(&submission.id, submission.account),
        &event,
    )
    .await?;
    tx.commit().await?;
    match &submission.outcome {
        Err(problem) => answered(settings, Err(problem), &submission.id),
        Ok(_) => Err(Error::Inconsistent("a rejected submission was accepted")),
    }
}

async fn announce_accepted(tx: &mut Tx, one: &Submission, period: Date) -> Result<(), Error> {
    let event = ReportAccepted {
        submission: one.id.to_string(),
        account: one.account.to_string(),
        tld: one.tld.as_ref().to_owned(),
        kind: one.kind.name().to_owned(),
        date: Period::name(one.kind, period),
    };
    announce(tx, &About::new(&one.id, one.account), &event).await?;
    Ok(())
}

fn fit(id: &str) -> String {
    let quoted = id.chars().map(|c| if c == '\0' { '\u{fffd}' } else { c });
    quoted.take(200).collect()
}

fn answered(
    settings: &Settings,
    outcome: Result<Option<u32>, &Problem>,
    id: &SubmissionId,
) -> Result<pb::SubmitReportResponse, Error> {
    let words = answer::outcome(settings, outcome);
    let document = crate::formats::iirdea::write(&words)?;
    let mut answer = answer::document(document, answer::XML);
    if outcome.is_err() {
        answer.outcome = Outcome::Rejected.into();
    }
    Ok(pb::SubmitReportResponse {
        answer: Some(answer),
        result: Some(pb::Result {
            code: words.code,
            msg: words.message,
            description: words.description,
            domain_count: words.domains,
        }),
        submission: id.to_string(),
    })
}

fn without_result(outcome: Outcome) -> pb::SubmitReportResponse {
    pb::SubmitReportResponse {
        answer: Some(bare(outcome)),
        ..Default::default()
    }
}
