//! Closes a case with a closing remark.

use nsp_kit::{
    call::Call,
    clock::to_proto,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseClosed};

use super::convert::{author, target};
use crate::{
    domain::{Activity, Body, Comment},
    error::Error,
    mails, store,
};

pub async fn close_case(call: &Call, request: pb::CloseCaseRequest) -> Result<pb::Case, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let target = target(&mut bad, &request.name, &request.etag);
    let remark = bad.parse::<Body>("remark", &request.remark);
    let ((name, etag), remark) = bad.finish(target.zip(remark))?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    case.check(etag)?;
    case.close(call.now)?;
    store::cases::update(&mut tx, &case).await?;
    let entry = Comment::new(&case, &author, Activity::Closed, remark.as_ref(), call.now);
    store::comments::insert(&mut tx, &entry).await?;
    let event = CaseClosed {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
        close_time: Some(to_proto(call.now)),
    };
    announce(&mut tx, &About::new(&case.id, case.account), &event).await?;
    mails::closed(&mut tx, &case, &entry).await?;
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}
