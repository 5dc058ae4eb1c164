//! Whether a user name and a password are a credential of RRI and MoSAPI for a TLD.
//!
//! Unknown user names are locked like others, and get the same answer. One try at a user name waits for the other: of a
//! thousand wrong ones sent at once to several replicas, one counts, and the others find the user name locked.

use std::net::IpAddr;

use nsp_kit::{
    call::Call,
    clock::to_proto,
    events::{About, audit},
    prefix::Prefix,
    seal::{Envelope, Keyring},
    secret,
    status::Violations,
};
use nsp_proto::accounts::v1 as pb;

use super::convert;
use crate::{
    domain::CredentialName,
    error::Error,
    store::credentials::{self, Kept, Tried},
};

/// No user name is as long. What is longer gets no lock, so that nobody fills the table with novels.
const MAX_USER_NAME: usize = 80;
/// The context of what is opened for unknown user names.
const NOBODY: &str = "credentials/-";

pub async fn verify_credential(
    keyring: &Keyring,
    call: &Call,
    request: &pb::VerifyCredentialRequest,
) -> Result<pb::VerifyCredentialResponse, Error> {
    let mut bad = Violations::default();
    let address = bad.parse::<IpAddr>("address", &request.address);
    let address = bad.finish(address)?;
    let user_name = request.user_name.as_str();
    if user_name.len() > MAX_USER_NAME || user_name.contains('\0') {
        return Ok(pb::VerifyCredentialResponse::default());
    }

    let mut tx = call.begin().await?;
    let kept = match CredentialName::of_rri(&request.tld, user_name) {
        Some(name) => credentials::get_with_password(&mut tx, &name).await?,
        None => None,
    };
    let prefixes = kept
        .as_ref()
        .map(|kept| kept.credential.prefixes.as_slice());
    let known = |prefix: &Prefix| prefix.contains(address);
    let attempt = Tried {
        user_name,
        stranger: !prefixes.unwrap_or_default().iter().any(known),
    };
    let tries = credentials::hold(&mut tx, attempt).await?;
    let right = opens(keyring, kept.as_ref(), &request.password)?;
    let locked = tries.is_locked(call.now);
    if let Some(kept) = kept.as_ref().filter(|_| right && !locked) {
        return Ok(pb::VerifyCredentialResponse {
            verified: true,
            kind: convert::credential_kind(kept.credential.name.kind).into(),
            prefixes: convert::texts(&kept.credential.prefixes),
            credential: kept.credential.name.to_string(),
            version: kept.credential.version,
            retry_time: None,
        });
    }
    let tries = if locked { tries } else { tries.fail(call.now) };
    credentials::set_tries(&mut tx, attempt, &tries).await?;
    if let Some(kept) = kept.filter(|_| !locked) {
        let about = About::new(&kept.credential.name, kept.account);
        audit(&mut tx, &about, "credential.locked").await?;
    }
    tx.commit().await?;
    Ok(pb::VerifyCredentialResponse {
        retry_time: tries.locked_until().map(to_proto),
        ..Default::default()
    })
}

/// Whether `password` is the one that is kept; if none is, something else is opened and compared.
fn opens(keyring: &Keyring, kept: Option<&Kept>, password: &str) -> Result<bool, Error> {
    let decoy: Envelope;
    let (envelope, context) = if let Some(kept) = kept {
        (&kept.password, kept.credential.name.to_string())
    } else {
        decoy = keyring.enclose(b"", NOBODY.as_bytes())?;
        (&decoy, NOBODY.to_owned())
    };
    let plain = keyring.disclose(envelope, context.as_bytes())?;
    Ok(secret::is_same(password.as_bytes(), &plain) && kept.is_some())
}
