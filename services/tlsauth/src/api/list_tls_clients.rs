//! Entries by TLD and age.

use nsp_kit::{call::Call, page::Page, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use super::convert::{View, role};
use crate::{
    error::Error,
    store::client_list::{self, Selection},
};

pub async fn list_tls_clients(
    call: &Call,
    request: pb::ListTlsClientsRequest,
) -> Result<pb::ListTlsClientsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<(String, Uuid)>::parse(request.page_size, &request.page_token, &mut bad);
    let selection = selection(&mut bad, &request);
    let (page, selection) = bad.finish(page.zip(selection))?;

    let mut tx = call.begin().await?;
    let clients = client_list::page(&mut tx, &selection, &page).await?;
    let (clients, next_page_token) = page.split(clients, |client| {
        (client.tld.as_ref().to_owned(), client.id)
    });
    let view = View::of(&mut tx, &clients).await?;
    Ok(pb::ListTlsClientsResponse {
        tls_clients: clients.iter().map(|client| view.listed(client)).collect(),
        next_page_token,
    })
}

fn selection(bad: &mut Violations, request: &pb::ListTlsClientsRequest) -> Option<Selection> {
    let wanted = role(request.role);
    if request.role != 0 && wanted.is_none() {
        bad.add("role", "is not a role");
    }
    let tld = bad.parse_optional("tld", &request.tld);
    let account = bad.parse_optional("account", &request.account);
    let domain_name = bad.parse_optional("domain_name", &request.domain_name);
    let provider = bad.parse_optional("provider", &request.provider);
    Some(Selection {
        tld: tld?,
        account: account?,
        domain_name: domain_name?,
        role: wanted,
        provider: provider?,
        broken_only: request.broken_only,
    })
}
