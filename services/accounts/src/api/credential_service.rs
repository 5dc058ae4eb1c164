//! The gRPC face of credentials: one line per method.

use std::sync::Arc;

use nsp_kit::{call::Context, seal::Keyring};
use nsp_proto::accounts::v1::{
    Credential, GetCredentialRequest, ListCredentialsRequest, ListCredentialsResponse,
    SetCredentialRequest, VerifyCredentialRequest, VerifyCredentialResponse,
    credential_service_server::CredentialService,
};
use tonic::{Request, Response, Result};

use super::{get_credential, list_credentials, set_credential, verify_credential};

pub struct Credentials {
    pub context: Context,
    pub keyring: Arc<Keyring>,
    /// How many prefixes a credential may have.
    pub max_prefixes: usize,
}

#[tonic::async_trait]
impl CredentialService for Credentials {
    async fn get_credential(
        &self,
        request: Request<GetCredentialRequest>,
    ) -> Result<Response<Credential>> {
        let (call, message) = self.context.enter(request)?;
        let answer = get_credential::get_credential(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn list_credentials(
        &self,
        request: Request<ListCredentialsRequest>,
    ) -> Result<Response<ListCredentialsResponse>> {
        let (call, message) = self.context.enter(request)?;
        let answer = list_credentials::list_credentials(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn set_credential(
        &self,
        request: Request<SetCredentialRequest>,
    ) -> Result<Response<Credential>> {
        let (call, message) = self.context.enter(request)?;
        let answer = set_credential::set_credential(self, &call, message).await?;
        Ok(Response::new(answer))
    }

    async fn verify_credential(
        &self,
        request: Request<VerifyCredentialRequest>,
    ) -> Result<Response<VerifyCredentialResponse>> {
        let (call, message) = self.context.enter(request)?;
        let answer = verify_credential::verify_credential(&self.keyring, &call, &message).await?;
        Ok(Response::new(answer))
    }
}
