//! Asks the party for something; ICANN's clock stands still until it answers.

use nsp_kit::{
    call::Call,
    clock::to_proto,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseInformationRequested};

use super::convert::{author, due_time, target};
use crate::{
    domain::{Activity, Body, Comment},
    error::Error,
    mails, store,
};

pub async fn request_information(
    call: &Call,
    request: pb::RequestInformationRequest,
) -> Result<pb::Case, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let target = target(&mut bad, &request.name, &request.etag);
    let question = bad.parse::<Body>("question", &request.question);
    let due = due_time(&mut bad, request.due_time.as_ref());
    let (((name, etag), question), due) = bad.finish(target.zip(question).zip(due))?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    case.check(etag)?;
    let body = question.as_ref().to_owned();
    case.request_information(&author, question, due, call.now)?;
    store::cases::update(&mut tx, &case).await?;
    let entry = Comment::new(
        &case,
        &author,
        Activity::InformationRequested,
        &body,
        call.now,
    );
    store::comments::insert(&mut tx, &entry).await?;
    let event = CaseInformationRequested {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
        due_time: Some(to_proto(due)),
    };
    announce(&mut tx, &About::new(&case.id, case.account), &event).await?;
    mails::information_requested(&mut tx, &case, &entry).await?;
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}
