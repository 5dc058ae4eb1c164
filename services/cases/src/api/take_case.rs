//! Makes the caller the case's assignee.

use nsp_kit::{
    call::Call,
    events::{About, announce},
    status::Violations,
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseTaken};

use super::convert::{author, target};
use crate::{
    domain::{Activity, Comment},
    error::Error,
    store,
};

pub async fn take_case(call: &Call, request: pb::TakeCaseRequest) -> Result<pb::Case, Error> {
    let author = author(call.person()?);
    let mut bad = Violations::default();
    let target = target(&mut bad, &request.name, &request.etag);
    let (name, etag) = bad.finish(target)?;

    let mut tx = call.begin().await?;
    let mut case = store::cases::lock(&mut tx, name).await?;
    case.check(etag)?;
    case.take(&author, call.now)?;
    store::cases::update(&mut tx, &case).await?;
    let entry = Comment::new(&case, &author, Activity::Taken, "", call.now);
    store::comments::insert(&mut tx, &entry).await?;
    let event = CaseTaken {
        case: case.id.to_string(),
        number: case.number.to_string(),
        account: case.account.to_string(),
        assignee: author.user.to_string(),
        assignee_display_name: author.name.clone(),
    };
    announce(&mut tx, &About::new(&case.id, case.account), &event).await?;
    // No mail: that somebody reads the case is not yet an answer.
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}
