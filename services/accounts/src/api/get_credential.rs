//! One credential, without its password.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::accounts::v1 as pb;

use super::{convert, list_credentials::of_tld};
use crate::{domain::CredentialName, error::Error};

pub async fn get_credential(
    call: &Call,
    request: &pb::GetCredentialRequest,
) -> Result<pb::Credential, Error> {
    let mut bad = Violations::default();
    let name = bad.parse::<CredentialName>("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let set = of_tld(&mut tx, &name.tld).await?;
    let credential = set.iter().find(|credential| credential.name == name);
    Ok(convert::credential(&name, credential))
}
