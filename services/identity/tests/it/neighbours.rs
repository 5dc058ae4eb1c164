//! The accounts service, as far as identity needs it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use nsp_kit::{id::AccountId, status::refusal, testbed::Bed, tls::Certificates};
use nsp_proto::accounts::v1::{
    Account, Contact, CreateAccountRequest, CreateContactRequest, CreateTldRequest,
    GetAccountRequest, GetContactRequest, ListAccountsRequest, ListAccountsResponse,
    ListContactsRequest, ListContactsResponse, ListTldsRequest, ListTldsResponse, Tld,
    account::Kind,
    account_service_server::{AccountService, AccountServiceServer},
};
use tokio::net::TcpListener;
use tonic::{Code, Request, Response, Result, Status, transport::Server};
use uuid::Uuid;

/// What it knows, shared with the test.
#[derive(Clone, Default)]
pub struct Directory(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    accounts: HashMap<String, Account>,
    contacts: HashMap<String, Contact>,
    tlds: Vec<Tld>,
}

impl Directory {
    pub fn account(&self, id: AccountId, name: &str, kind: Kind) {
        let account = Account {
            name: id.to_string(),
            display_name: name.to_owned(),
            kind: kind.into(),
            ..Default::default()
        };
        self.0
            .lock()
            .unwrap()
            .accounts
            .insert(id.to_string(), account);
    }

    pub fn tld(&self, account: AccountId, label: &str) {
        let tld = Tld {
            name: format!("tlds/{label}"),
            account: account.to_string(),
            ..Default::default()
        };
        self.0.lock().unwrap().tlds.push(tld);
    }

    /// Adds a contact with this address; gives their name.
    pub fn contact(&self, account: AccountId, name: &str, email: &str) -> String {
        self.put(account, name, email, true)
    }

    pub fn former_contact(&self, account: AccountId, name: &str, email: &str) -> String {
        self.put(account, name, email, false)
    }

    fn put(&self, account: AccountId, display_name: &str, email: &str, active: bool) -> String {
        let name = format!("{account}/contacts/{}", Uuid::now_v7());
        let contact = Contact {
            name: name.clone(),
            display_name: display_name.to_owned(),
            email: email.to_owned(),
            active,
            ..Default::default()
        };
        self.0
            .lock()
            .unwrap()
            .contacts
            .insert(name.clone(), contact);
        name
    }
}

/// Serves as `accounts`; gives its address.
pub async fn serve_accounts(bed: &Bed, directory: Directory) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("https://{}", listener.local_addr()?);
    let certificates = Certificates::load(&bed.tls("accounts")?)?;
    let incoming = certificates.accept(listener, bed.stop.clone());
    let server = Server::builder().add_service(AccountServiceServer::new(directory));
    tokio::spawn(server.serve_with_incoming_shutdown(incoming, bed.stop.clone().cancelled_owned()));
    Ok(address)
}

/// Whoever asks must be a person: identity by itself is told nothing.
fn person<T>(request: &Request<T>) -> Result<()> {
    let token = request.metadata().get("authorization");
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if token.is_some_and(|token| token.split('.').count() == 3) {
        Ok(())
    } else {
        Err(refusal(
            Code::PermissionDenied,
            "ROLE_REQUIRED",
            "no person",
        ))
    }
}

#[tonic::async_trait]
impl AccountService for Directory {
    async fn get_account(&self, request: Request<GetAccountRequest>) -> Result<Response<Account>> {
        person(&request)?;
        let account = self
            .0
            .lock()
            .unwrap()
            .accounts
            .get(&request.into_inner().name)
            .cloned();
        let missing = || refusal(Code::NotFound, "ACCOUNT_NOT_FOUND", "no such account");
        account.map(Response::new).ok_or_else(missing)
    }

    async fn get_contact(&self, request: Request<GetContactRequest>) -> Result<Response<Contact>> {
        person(&request)?;
        let contact = self
            .0
            .lock()
            .unwrap()
            .contacts
            .get(&request.into_inner().name)
            .cloned();
        let missing = || refusal(Code::NotFound, "CONTACT_NOT_FOUND", "no such contact");
        contact.map(Response::new).ok_or_else(missing)
    }

    /// One on a page, so that every caller has to turn pages.
    async fn list_tlds(
        &self,
        request: Request<ListTldsRequest>,
    ) -> Result<Response<ListTldsResponse>> {
        person(&request)?;
        let request = request.into_inner();
        let skip: usize = request.page_token.parse().unwrap_or_default();
        let known = self.0.lock().unwrap();
        let of_account = known
            .tlds
            .iter()
            .filter(|tld| tld.account == request.account);
        let mut rest = of_account.skip(skip).cloned();
        let tlds = rest.next().into_iter().collect();
        let next_page_token = rest.next().map(|_| (skip + 1).to_string());
        Ok(Response::new(ListTldsResponse {
            tlds,
            next_page_token: next_page_token.unwrap_or_default(),
        }))
    }

    async fn list_accounts(
        &self,
        _: Request<ListAccountsRequest>,
    ) -> Result<Response<ListAccountsResponse>> {
        Err(Status::unimplemented("not here"))
    }

    async fn create_account(&self, _: Request<CreateAccountRequest>) -> Result<Response<Account>> {
        Err(Status::unimplemented("not here"))
    }

    async fn create_tld(&self, _: Request<CreateTldRequest>) -> Result<Response<Tld>> {
        Err(Status::unimplemented("not here"))
    }

    async fn list_contacts(
        &self,
        _: Request<ListContactsRequest>,
    ) -> Result<Response<ListContactsResponse>> {
        Err(Status::unimplemented("not here"))
    }

    async fn create_contact(&self, _: Request<CreateContactRequest>) -> Result<Response<Contact>> {
        Err(Status::unimplemented("not here"))
    }
}
