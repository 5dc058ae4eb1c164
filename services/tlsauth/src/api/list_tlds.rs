//! The TLDs whose data the caller may see.

use nsp_kit::{call::Call, clock::to_proto, page::Page, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use crate::{
    domain::GrantId,
    error::Error,
    store::tlds::{self, Listed, Selection},
};
use nsp_kit::id::AccountId;

pub async fn list_tlds(
    call: &Call,
    request: pb::ListTldsRequest,
) -> Result<pb::ListTldsResponse, Error> {
    let mut bad = Violations::default();
    let page = Page::<String>::parse(request.page_size, &request.page_token, &mut bad);
    let account = bad.parse_optional("account", &request.account);
    if request.query.len() > 63 {
        bad.add("query", "must not exceed 63 characters");
    }
    let (page, account) = bad.finish(page.zip(account))?;
    let query = request.query.trim().to_ascii_lowercase();
    let selection = Selection {
        query: query.strip_prefix('.').unwrap_or(&query).to_owned(),
        account,
        granted_only: request.granted_only,
    };

    let mut tx = call.begin().await?;
    let tlds = tlds::list(&mut tx, &selection, &page).await?;
    let (tlds, next_page_token) = page.split(tlds, |tld| tld.label.clone());
    Ok(pb::ListTldsResponse {
        tlds: tlds.into_iter().map(access).collect(),
        next_page_token,
    })
}

fn access(tld: Listed) -> pb::TldAccess {
    let count = |count| i32::try_from(count).unwrap_or(i32::MAX);
    pb::TldAccess {
        tld: tld.label,
        account: AccountId(tld.account).to_string(),
        account_display_name: tld.account_name.unwrap_or_default(),
        grant: tld
            .grant_id
            .map_or_else(String::new, |id| GrantId(id).to_string()),
        client_count: count(tld.client_count),
        broken_count: count(tld.broken_count),
        change_time: tld.change_time.map(|at| to_proto(at.to_jiff())),
        publishing: tld.publishing,
    }
}
