//! The TLDs whose windows a person's account schedules: its own, and for a service provider those that registries let it.

use nsp_proto::tlsauth::v1::{
    GrantScope, ListGrantsRequest, grant::State, list_grants_request::Direction,
};
use tonic::Status;

use crate::{
    pages::cases::list,
    signed_in::SignedIn,
    words::{Label, label},
};

const PART: i32 = 200;

/// All of them, by A-label.
pub async fn tlds(me: &SignedIn) -> Result<Vec<Label>, Status> {
    let mut labels = list::tlds(me).await?;
    if me.provides() && me.sees_tls() {
        labels.extend(granted(me).await?);
        labels.sort_by(|one, other| one.ascii.cmp(&other.ascii));
        labels.dedup();
    }
    Ok(labels)
}

async fn granted(me: &SignedIn) -> Result<Vec<Label>, Status> {
    let mut labels = Vec::new();
    let mut request = ListGrantsRequest {
        page_size: PART,
        direction: Direction::Received.into(),
        state: State::Active.into(),
        ..Default::default()
    };
    // Nobody has more than 2,000.
    for _ in 0..10 {
        let answer = me.clients.grants().list_grants(request.clone()).await?;
        let answer = answer.into_inner();
        let grants = answer.grants.iter();
        let grants = grants.filter(|grant| grant.scopes().any(|it| it == GrantScope::Windows));
        labels.extend(grants.map(|grant| label(&grant.tld)));
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(labels)
}
