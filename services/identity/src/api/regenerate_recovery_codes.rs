//! `RegenerateRecoveryCodes`: ten new ones.

use nsp_kit::events::{About, audit};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert, soft_lock};
use crate::{
    domain::{recovery::RecoveryCode, soft_lock::Credential},
    error::Error,
    events::{self, FactorChange},
    store::{recovery_codes, users},
};

pub async fn regenerate_recovery_codes(
    api: &Api,
    request: Request<pb::RegenerateRecoveryCodesRequest>,
) -> Result<pb::RecoveryCodes, Error> {
    let (call, _) = api.context.enter(request)?;
    let person = call.person()?;
    let codes = RecoveryCode::generate_all()?;

    let mut tx = call.begin().await?;
    // Two at once would leave twenty.
    users::lock(&mut tx, person.user).await?;
    recovery_codes::replace(&mut tx, person.user, &codes).await?;
    soft_lock::forget(&mut tx, Credential::recovery_codes(person.user)).await?;
    let about = About::new(&person.user, None);
    audit(&mut tx, &about, "recovery-codes.regenerated").await?;
    events::factor_changed(&mut tx, person.user, FactorChange::NewRecoveryCodes).await?;
    tx.commit().await?;
    Ok(convert::recovery_codes(&codes))
}
