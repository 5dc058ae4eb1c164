//! Deletes several entries, all or none.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use super::{convert::acting_account, targets::targets, update_tls_clients::find};
use crate::{announce, domain::TlsClientName, error::Error, store};

pub async fn delete_tls_clients(
    call: &Call,
    request: pb::DeleteTlsClientsRequest,
) -> Result<pb::DeleteTlsClientsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let targets = targets::<TlsClientName>(&mut bad, &request.names, &request.etags);
    let targets = bad.finish(targets)?;

    let mut tx = call.begin().await?;
    let found = find(&mut tx, account, &targets).await?;
    let ids: Vec<Uuid> = targets.iter().map(|(name, _)| name.id).collect();
    store::clients::delete(&mut tx, &ids).await?;
    for client in ids.iter().filter_map(|id| found.clients.get(id)) {
        announce::client_deleted(&mut tx, client).await?;
    }
    store::policies::touch(&mut tx, targets.iter().map(|(name, _)| &name.tld)).await?;
    tx.commit().await?;
    Ok(pb::DeleteTlsClientsResponse::default())
}
