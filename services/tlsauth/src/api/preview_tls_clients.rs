//! What creating entries would do, without doing it.

use nsp_kit::call::Call;
use nsp_proto::tlsauth::v1 as pb;

use super::{
    convert::{View, acting_account},
    plan,
};
use crate::{Rules, error::Error};

pub async fn preview_tls_clients(
    call: &Call,
    rules: Rules,
    request: pb::PreviewTlsClientsRequest,
) -> Result<pb::PreviewTlsClientsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let record = request.tls_client.unwrap_or_default();

    let mut tx = call.begin().await?;
    let (clients, problems) = plan::create(
        &mut tx,
        account,
        rules.limits,
        &request.tlds,
        &record,
        false,
    )
    .await?;
    if !problems.is_empty() {
        return Ok(pb::PreviewTlsClientsResponse {
            tls_clients: Vec::new(),
            problems: problems.into_answer(),
        });
    }
    let view = View::new(&tx);
    let preview = clients.iter().map(|client| pb::TlsClientRecord {
        name: String::new(),
        etag: String::new(),
        ..view.record(client)
    });
    Ok(pb::PreviewTlsClientsResponse {
        tls_clients: preview.collect(),
        problems: Vec::new(),
    })
}
