//! The gRPC face of this service. One file per method; this one lists them.

mod convert;
mod create_account;
mod create_contact;
mod create_tld;
mod credential_service;
mod get_account;
mod get_contact;
mod get_credential;
mod list_accounts;
mod list_contacts;
mod list_credentials;
mod list_tlds;
mod set_credential;
mod verify_credential;

use nsp_kit::call::Context;
use nsp_proto::accounts::v1::{
    Account, Contact, CreateAccountRequest, CreateContactRequest, CreateTldRequest,
    GetAccountRequest, GetContactRequest, ListAccountsRequest, ListAccountsResponse,
    ListContactsRequest, ListContactsResponse, ListTldsRequest, ListTldsResponse, Tld,
    account_service_server::{AccountService, AccountServiceServer},
    credential_service_server::CredentialServiceServer,
};
use tonic::{Request, Response, Result, service::Routes};

pub use self::{
    create_account::announce as announce_account, create_contact::announce as announce_contact,
    create_tld::announce as announce_tld, credential_service::Credentials,
    set_credential::announce_changed as announce_credential,
};

pub struct Api {
    context: Context,
}

impl Api {
    pub fn routes(context: Context, credentials: Credentials) -> Routes {
        Routes::new(AccountServiceServer::new(Self { context }))
            .add_service(CredentialServiceServer::new(credentials))
    }
}

#[tonic::async_trait]
impl AccountService for Api {
    async fn get_account(&self, request: Request<GetAccountRequest>) -> Result<Response<Account>> {
        let (call, message) = self.context.enter(request)?;
        let answer = get_account::get_account(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn list_accounts(
        &self,
        request: Request<ListAccountsRequest>,
    ) -> Result<Response<ListAccountsResponse>> {
        let (call, message) = self.context.enter(request)?;
        let answer = list_accounts::list_accounts(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn create_account(
        &self,
        request: Request<CreateAccountRequest>,
    ) -> Result<Response<Account>> {
        let (call, message) = self.context.enter(request)?;
        let answer = create_account::create_account(&call, message).await?;
        Ok(Response::new(answer))
    }

    async fn list_tlds(
        &self,
        request: Request<ListTldsRequest>,
    ) -> Result<Response<ListTldsResponse>> {
        let (call, message) = self.context.enter(request)?;
        let answer = list_tlds::list_tlds(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn create_tld(&self, request: Request<CreateTldRequest>) -> Result<Response<Tld>> {
        let (call, message) = self.context.enter(request)?;
        let answer = create_tld::create_tld(&call, message).await?;
        Ok(Response::new(answer))
    }

    async fn list_contacts(
        &self,
        request: Request<ListContactsRequest>,
    ) -> Result<Response<ListContactsResponse>> {
        let (call, message) = self.context.enter(request)?;
        let answer = list_contacts::list_contacts(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn get_contact(&self, request: Request<GetContactRequest>) -> Result<Response<Contact>> {
        let (call, message) = self.context.enter(request)?;
        let answer = get_contact::get_contact(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn create_contact(
        &self,
        request: Request<CreateContactRequest>,
    ) -> Result<Response<Contact>> {
        let (call, message) = self.context.enter(request)?;
        let answer = create_contact::create_contact(&call, message).await?;
        Ok(Response::new(answer))
    }
}
