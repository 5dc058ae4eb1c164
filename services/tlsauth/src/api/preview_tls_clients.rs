//! What creating entries would do, without doing it, and what the DNS says of their names already.

use std::time::Duration;

use nsp_dane::Answer;
use nsp_kit::call::Call;
use nsp_proto::tlsauth::v1 as pb;

use super::{
    convert::{View, acting_account},
    convert_check::check_message,
    plan,
};
use crate::{
    Rules,
    domain::{Entry, check::judge_entry},
    error::Error,
    lookups::Lookups,
};

/// Somebody waits before a form, and nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(4);

pub async fn preview_tls_clients(
    call: &Call,
    rules: Rules,
    lookups: &Lookups,
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
            problems: problems.into_answer(),
            ..Default::default()
        });
    }
    let view = View::new(&tx);
    // No connection of the database waits for the DNS.
    drop(tx);
    let preview = clients.iter().map(|client| pb::TlsClientRecord {
        name: String::new(),
        etag: String::new(),
        ..view.record(client)
    });
    let checks = match clients.first() {
        Some(client) => checks(call, rules, lookups, &client.entry).await?,
        None => Vec::new(),
    };
    Ok(pb::PreviewTlsClientsResponse {
        tls_clients: preview.collect(),
        problems: Vec::new(),
        checks,
    })
}

/// What is found at each name; nothing is known of any when the account has had too many looked up.
async fn checks(
    call: &Call,
    rules: Rules,
    lookups: &Lookups,
    entry: &Entry,
) -> Result<Vec<pb::TlsCheck>, Error> {
    let names = entry.domain_names.iter().cloned();
    let answers = if lookups.allow(call.person()?, names.len()).is_ok() {
        lookups.look(names, PATIENCE).await
    } else {
        let unknown = || Answer::Unavailable("too many lookups".to_owned());
        names.map(|name| (name, unknown())).collect()
    };
    let checks = judge_entry(entry, &answers, rules.checks, call.now);
    Ok(checks.iter().map(check_message).collect())
}
