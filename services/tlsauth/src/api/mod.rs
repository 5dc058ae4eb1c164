//! The gRPC face of this service. One file per method; this one lists them.

mod check_tls_client;
mod convert;
mod convert_check;
mod create_grants;
mod create_tls_clients;
mod create_upload;
mod decide_upload;
mod delete_tls_clients;
mod get_grant;
mod get_tls_client;
mod get_upload;
mod get_upload_consent;
mod grant_service;
mod list_grants;
mod list_providers;
mod list_tlds;
mod list_tls_clients;
mod list_upload_consents;
mod list_uploads;
mod plan;
mod preview_tls_clients;
mod retry;
mod revoke_grants;
mod targets;
mod update_grants;
mod update_tls_clients;
mod upload_service;
mod validate_upload;
mod withdraw_upload;

use nsp_kit::call::Context;
use nsp_proto::tlsauth::v1::{
    self as pb,
    grant_service_server::GrantServiceServer,
    tls_client_service_server::{TlsClientService, TlsClientServiceServer},
    upload_service_server::UploadServiceServer,
};
use tonic::{Request, Response, Result, service::Routes};

use crate::{Rules, lookups::Lookups};

pub use convert_check::check_message;

/// The largest message this service takes: an upload is at most 1 MB.
const MAX_MESSAGE: usize = 2 * 1024 * 1024;

/// Entries, grants and uploads.
pub fn routes(context: Context, rules: Rules, lookups: Lookups) -> Routes {
    let api = Api {
        context,
        rules,
        lookups,
    };
    let clients = TlsClientServiceServer::new(api.clone()).max_decoding_message_size(MAX_MESSAGE);
    let grants = GrantServiceServer::new(api.clone()).max_decoding_message_size(MAX_MESSAGE);
    let uploads = UploadServiceServer::new(api).max_decoding_message_size(MAX_MESSAGE);
    Routes::new(clients)
        .add_service(grants)
        .add_service(uploads)
}

#[derive(Clone)]
struct Api {
    context: Context,
    rules: Rules,
    lookups: Lookups,
}

#[tonic::async_trait]
impl TlsClientService for Api {
    async fn list_tlds(
        &self,
        request: Request<pb::ListTldsRequest>,
    ) -> Result<Response<pb::ListTldsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(list_tlds::list_tlds(&call, request).await?))
    }

    async fn list_tls_clients(
        &self,
        request: Request<pb::ListTlsClientsRequest>,
    ) -> Result<Response<pb::ListTlsClientsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_tls_clients::list_tls_clients(&call, request).await?,
        ))
    }

    async fn get_tls_client(
        &self,
        request: Request<pb::GetTlsClientRequest>,
    ) -> Result<Response<pb::TlsClientRecord>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            get_tls_client::get_tls_client(&call, request).await?,
        ))
    }

    async fn preview_tls_clients(
        &self,
        request: Request<pb::PreviewTlsClientsRequest>,
    ) -> Result<Response<pb::PreviewTlsClientsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            preview_tls_clients::preview_tls_clients(&call, self.rules, &self.lookups, request)
                .await?,
        ))
    }

    async fn create_tls_clients(
        &self,
        request: Request<pb::CreateTlsClientsRequest>,
    ) -> Result<Response<pb::CreateTlsClientsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_tls_clients::create_tls_clients(&call, self.rules, request).await?,
        ))
    }

    async fn update_tls_clients(
        &self,
        request: Request<pb::UpdateTlsClientsRequest>,
    ) -> Result<Response<pb::UpdateTlsClientsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            update_tls_clients::update_tls_clients(&call, self.rules, request).await?,
        ))
    }

    async fn delete_tls_clients(
        &self,
        request: Request<pb::DeleteTlsClientsRequest>,
    ) -> Result<Response<pb::DeleteTlsClientsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            delete_tls_clients::delete_tls_clients(&call, request).await?,
        ))
    }

    async fn check_tls_client(
        &self,
        request: Request<pb::CheckTlsClientRequest>,
    ) -> Result<Response<pb::CheckTlsClientResponse>> {
        let (call, request) = self.context.enter(request)?;
        let rules = self.rules.checks;
        Ok(Response::new(
            check_tls_client::check_tls_client(&call, &self.lookups, rules, request).await?,
        ))
    }
}
