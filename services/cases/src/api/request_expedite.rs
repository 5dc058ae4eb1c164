//! Asks for a shorter time, once per general inquiry (CASE-4).

use nsp_kit::{
    call::Call,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseExpediteRequested};

use super::convert::{author, target};
use crate::{
    domain::{Activity, Comment, Reason},
    error::Error,
    mails, store,
};

pub async fn request_expedite(
    call: &Call,
    request: pb::RequestExpediteRequest,
) -> Result<pb::Case, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let target = target(&mut bad, &request.name, &request.etag);
    let reason = bad.parse::<Reason>("reason", &request.reason);
    let ((name, etag), reason) = bad.finish(target.zip(reason))?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    case.check(etag)?;
    let body = reason.as_ref().to_owned();
    case.request_expedite(reason, call.now)?;
    store::cases::update(&mut tx, &case).await?;
    let entry = Comment::new(&case, &author, Activity::ExpediteRequested, &body, call.now);
    store::comments::insert(&mut tx, &entry).await?;
    let event = CaseExpediteRequested {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
    };
    announce(&mut tx, &About::new(&case.id, case.account), &event).await?;
    mails::commented(&mut tx, &case, &entry).await?;
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}
