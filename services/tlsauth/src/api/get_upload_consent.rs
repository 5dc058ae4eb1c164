//! One consent with its rows.

use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::convert;
use crate::{domain::Consent, error::Error, store};

pub async fn get_upload_consent(
    call: &Call,
    request: pb::GetUploadConsentRequest,
) -> Result<pb::UploadConsent, Error> {
    let mut bad = Violations::default();
    let name = bad.parse("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let consent = store::consents::get(&mut tx, name).await?;
    with_rows(&mut tx, &consent).await
}

/// A consent and what became of its rows.
pub async fn with_rows(tx: &mut Tx, consent: &Consent) -> Result<pb::UploadConsent, Error> {
    let rows = store::consents::rows(tx, consent.id).await?;
    Ok(pb::UploadConsent {
        rows: rows.iter().map(convert::stored_row).collect(),
        ..convert::consent(consent)
    })
}
