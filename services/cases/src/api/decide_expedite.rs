//! Grants or refuses a shorter time (CASE-4).

use nsp_kit::{
    call::Call,
    clock::to_proto,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseExpediteDecided};

use super::convert::{author, due_time, target};
use crate::{
    domain::{Activity, Comment, Reason},
    error::Error,
    mails, store,
};

pub async fn decide_expedite(
    call: &Call,
    request: pb::DecideExpediteRequest,
) -> Result<pb::Case, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let target = target(&mut bad, &request.name, &request.etag);
    let answer = if request.approve {
        let due = due_time(&mut bad, request.due_time.as_ref());
        let reason = bad.parse_optional("reason", &request.reason);
        due.zip(reason)
            .map(|(due, reason)| Answer::Approve(due, reason))
    } else {
        bad.parse("reason", &request.reason).map(Answer::Reject)
    };
    let ((name, etag), answer) = bad.finish(target.zip(answer))?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    case.check(etag)?;
    let body = answer.reason();
    let activity = match answer {
        Answer::Approve(due, reason) => {
            case.approve_expedite(due, reason, call.now)?;
            Activity::ExpediteApproved
        }
        Answer::Reject(reason) => {
            case.reject_expedite(reason, call.now)?;
            Activity::ExpediteRejected
        }
    };
    store::cases::update(&mut tx, &case).await?;
    let entry = Comment::new(&case, &author, activity, &body, call.now);
    store::comments::insert(&mut tx, &entry).await?;
    let event = CaseExpediteDecided {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
        approved: request.approve,
        due_time: Some(to_proto(case.icann_due)),
    };
    announce(&mut tx, &About::new(&case.id, case.account), &event).await?;
    mails::expedite_decided(&mut tx, &case, &entry).await?;
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}

enum Answer {
    Approve(jiff::Timestamp, Option<Reason>),
    Reject(Reason),
}

impl Answer {
    fn reason(&self) -> String {
        match self {
            Self::Approve(_, None) => String::new(),
            Self::Approve(_, Some(reason)) | Self::Reject(reason) => reason.as_ref().to_owned(),
        }
    }
}
