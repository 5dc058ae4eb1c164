//! One entry.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::convert::View;
use crate::{domain::TlsClientName, error::Error, store};

pub async fn get_tls_client(
    call: &Call,
    request: pb::GetTlsClientRequest,
) -> Result<pb::TlsClientRecord, Error> {
    let mut bad = Violations::default();
    let name = bad.parse::<TlsClientName>("name", &request.name);
    let name = bad.finish(name)?;

    let mut tx = call.begin().await?;
    let client = store::clients::get(&mut tx, &name.tld, name.id).await?;
    let view = View::of(&mut tx, std::slice::from_ref(&client)).await?;
    Ok(view.record(&client))
}
