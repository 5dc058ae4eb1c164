//! Accounts of registry service providers, to choose one for a grant.

use nsp_kit::{call::Call, id::AccountId, page::Page, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use crate::{error::Error, store};

const MAX_QUERY: usize = 200;

pub async fn list_providers(
    call: &Call,
    request: pb::ListProvidersRequest,
) -> Result<pb::ListProvidersResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<(String, Uuid)>::parse(request.page_size, &request.page_token, &mut bad);
    if request.query.chars().count() > MAX_QUERY {
        bad.add("query", format!("must not exceed {MAX_QUERY} characters"));
    }
    let page = bad.finish(page)?;

    let mut tx = call.begin().await?;
    let providers = store::accounts::providers(&mut tx, request.query.trim(), &page).await?;
    let (providers, next_page_token) = page.split(providers, |it| (it.name.clone(), it.id));
    let providers = providers.into_iter().map(|provider| pb::Provider {
        account: AccountId(provider.id).to_string(),
        display_name: provider.name,
    });
    Ok(pb::ListProvidersResponse {
        providers: providers.collect(),
        next_page_token,
    })
}
