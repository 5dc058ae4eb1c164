//! Uploads of the caller's account, newest first.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use super::convert;
use crate::{
    error::Error,
    store::uploads::{self, Standing},
};

pub async fn list_uploads(
    call: &Call,
    request: pb::ListUploadsRequest,
) -> Result<pb::ListUploadsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<Uuid>::parse(request.page_size, &request.page_token, &mut bad);
    let page = bad.finish(page)?;
    let standing = match request.state() {
        pb::upload::State::Unspecified => None,
        pb::upload::State::Waiting => Some(Standing::Waiting),
        pb::upload::State::Done => Some(Standing::Done),
        pb::upload::State::Withdrawn => Some(Standing::Withdrawn),
    };

    let mut tx = call.begin().await?;
    let uploads = uploads::list(&mut tx, standing, &page).await?;
    let (uploads, next_page_token) = page.split(uploads, |upload| upload.id.0);
    Ok(pb::ListUploadsResponse {
        uploads: uploads.iter().map(convert::upload).collect(),
        next_page_token,
    })
}
