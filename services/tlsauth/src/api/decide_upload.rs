//! A registry agrees to its part of an upload, or objects.

use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::{convert::whole_account, get_upload_consent::with_rows};
use crate::{
    announce,
    domain::{Consent, ConsentName, ConsentState, Objection},
    error::Error,
    load, store,
};

pub async fn approve_upload(
    call: &Call,
    request: pb::ApproveUploadRequest,
) -> Result<pb::UploadConsent, Error> {
    let mut bad = Violations::default();
    let name = bad.parse::<ConsentName>("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let state = ConsentState::Approved;
    let consent = decide(call, &mut tx, name, state, &Objection::default()).await?;
    load::load(&mut tx, &consent).await?;
    let answer = with_rows(&mut tx, &consent).await?;
    tx.commit().await?;
    Ok(answer)
}

pub async fn object_to_upload(
    call: &Call,
    request: pb::ObjectToUploadRequest,
) -> Result<pb::UploadConsent, Error> {
    let mut bad = Violations::default();
    let name = bad.parse::<ConsentName>("name", &request.name);
    let objection = bad.parse::<Objection>("objection", &request.objection);
    let (name, objection) = bad.finish(name.zip(objection))?;

    let mut tx = call.begin().await?;
    let consent = decide(call, &mut tx, name, ConsentState::Objected, &objection).await?;
    announce::upload_objected(&mut tx, &consent).await?;
    load::tell_provider(&mut tx, &consent).await?;
    let answer = with_rows(&mut tx, &consent).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Decides for the registry; nobody else may.
async fn decide(
    call: &Call,
    tx: &mut Tx,
    name: ConsentName,
    state: ConsentState,
    objection: &Objection,
) -> Result<Consent, Error> {
    let account = whole_account(call.person()?)?;
    let mut consent = store::consents::lock(tx, name).await?;
    if consent.account != account {
        return Err(Error::UploadNotFound);
    }
    if !consent.decide(state, tx.now()) {
        return Err(Error::UploadDecided);
    }
    consent.decider = tx.actor().to_string();
    consent.decider_name = tx.actor().display_name().to_owned();
    objection.as_ref().clone_into(&mut consent.objection);
    store::consents::decide(tx, &consent).await?;
    Ok(consent)
}
