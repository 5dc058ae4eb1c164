//! Makes the same entry for several TLDs, all or none.

use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::{
    convert::{View, acting_account},
    plan, retry,
};
use crate::{Rules, announce, error::Error, store};

pub async fn create_tls_clients(
    call: &Call,
    rules: Rules,
    request: pb::CreateTlsClientsRequest,
) -> Result<pb::CreateTlsClientsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let request_id = retry::id(&mut bad, &request.request_id);
    let request_id = bad.finish(request_id)?;

    let mut tx = call.begin().await?;
    if let Some(answer) = retry::answered(&mut tx, request_id, &request).await? {
        return Ok(answer);
    }
    let record = request.tls_client.unwrap_or_default();
    let (clients, problems) =
        plan::create(&mut tx, account, rules.limits, &request.tlds, &record, true).await?;
    if !problems.is_empty() {
        return Err(problems.into_refusal("tlds"));
    }
    store::clients::insert(&mut tx, &clients).await?;
    store::policies::touch(&mut tx, clients.iter().map(|client| &client.tld)).await?;
    for client in &clients {
        announce::client_created(&mut tx, client).await?;
    }
    let view = View::new(&tx);
    let answer = pb::CreateTlsClientsResponse {
        tls_clients: clients.iter().map(|client| view.record(client)).collect(),
    };
    retry::finish(&mut tx, request_id, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}
