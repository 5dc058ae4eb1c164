//! What identity asks the accounts service, for the person who calls: what that person may not see is not there.

use std::collections::BTreeSet;

use nsp_kit::{client::Channel, id::AccountId};
use nsp_proto::accounts::v1::{
    Account, Contact, GetAccountRequest, GetContactRequest, ListTldsRequest,
    account_service_client::AccountServiceClient,
};
use tonic::{Request, Result};

use crate::domain::member::ContactName;

const PAGE: i32 = 200;

/// The accounts service.
#[derive(Clone)]
pub struct Accounts(Channel);

/// The accounts service, asked by a person.
pub struct Asked(AccountServiceClient<Channel>);

impl Accounts {
    pub fn new(channel: Channel) -> Self {
        Self(channel)
    }

    /// For the person whose token came with `request`.
    pub fn asked_by<T>(&self, request: &Request<T>) -> Asked {
        let token = request.metadata().get("authorization");
        let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // Without a token it is identity that asks, whom accounts tells nothing.
        let channel = token.map_or_else(|| self.0.clone(), |token| self.0.acting(token));
        Asked(AccountServiceClient::new(channel))
    }
}

impl Asked {
    pub async fn account(&self, id: AccountId) -> Result<Account> {
        let name = id.to_string();
        let answer = self.0.clone().get_account(GetAccountRequest { name }).await;
        Ok(answer?.into_inner())
    }

    pub async fn contact(&self, name: ContactName) -> Result<Contact> {
        let name = name.to_string();
        let answer = self.0.clone().get_contact(GetContactRequest { name }).await;
        Ok(answer?.into_inner())
    }

    /// Which of `labels` are no TLDs of the account.
    pub async fn strangers(&self, account: AccountId, labels: &[String]) -> Result<Vec<String>> {
        let mut left: BTreeSet<&str> = labels.iter().map(String::as_str).collect();
        let mut page_token = String::new();
        while !left.is_empty() {
            let request = ListTldsRequest {
                account: account.to_string(),
                page_size: PAGE,
                page_token,
                ..Default::default()
            };
            let page = self.0.clone().list_tlds(request).await?.into_inner();
            for tld in &page.tlds {
                left.remove(tld.name.trim_start_matches("tlds/"));
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        Ok(left.into_iter().map(str::to_owned).collect())
    }
}
