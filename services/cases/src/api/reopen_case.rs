//! Opens a closed case again, because the party asked or without being asked.

use nsp_kit::{
    call::Call,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseReopened};

use super::convert::{author, target};
use crate::{
    domain::{Activity, Comment, Reason},
    error::Error,
    mails, store,
};

pub async fn reopen_case(call: &Call, request: pb::ReopenCaseRequest) -> Result<pb::Case, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let target = target(&mut bad, &request.name, &request.etag);
    let remark = bad.parse_optional::<Reason>("remark", &request.remark);
    let ((name, etag), remark) = bad.finish(target.zip(remark))?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    case.check(etag)?;
    case.reopen(&author, call.now)?;
    store::cases::update(&mut tx, &case).await?;
    let entry = Comment::new(
        &case,
        &author,
        Activity::Reopened,
        remark.as_ref().map_or("", AsRef::as_ref),
        call.now,
    );
    store::comments::insert(&mut tx, &entry).await?;
    let event = CaseReopened {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
    };
    announce(&mut tx, &About::new(&case.id, case.account), &event).await?;
    mails::reopened(&mut tx, &case, &entry).await?;
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}
