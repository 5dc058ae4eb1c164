//! All credentials of a TLD, without their passwords.

use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::accounts::v1 as pb;

use super::convert;
use crate::{
    domain::{Credential, CredentialKind, CredentialName, TldLabel, TldName},
    error::Error,
    store,
};

pub async fn list_credentials(
    call: &Call,
    request: &pb::ListCredentialsRequest,
) -> Result<pb::ListCredentialsResponse, Error> {
    let mut bad = Violations::default();
    let tld = bad.parse::<TldName>("parent", &request.parent);
    let TldName(tld) = bad.finish(tld)?;

    let mut tx = call.begin().await?;
    let set = of_tld(&mut tx, &tld).await?;
    let each = CredentialKind::ALL.into_iter().map(|kind| {
        let name = CredentialName {
            tld: tld.clone(),
            kind,
        };
        let credential = set.iter().find(|credential| credential.name == name);
        convert::credential(&name, credential)
    });
    Ok(pb::ListCredentialsResponse {
        credentials: each.collect(),
    })
}

/// Those that were set of a TLD that the caller sees.
pub async fn of_tld(tx: &mut Tx, tld: &TldLabel) -> Result<Vec<Credential>, Error> {
    if store::tlds::account(tx, tld).await?.is_none() {
        return Err(Error::TldNotFound(TldName(tld.clone())));
    }
    Ok(store::credentials::list(tx, tld).await?)
}
