//! `GrantService`, a line per method.

use nsp_proto::tlsauth::v1::{self as pb, grant_service_server::GrantService};
use tonic::{Request, Response, Result};

use super::{
    Api, create_grants, get_grant, list_grants, list_providers, revoke_grants, update_grants,
};

#[tonic::async_trait]
impl GrantService for Api {
    async fn list_providers(
        &self,
        request: Request<pb::ListProvidersRequest>,
    ) -> Result<Response<pb::ListProvidersResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_providers::list_providers(&call, request).await?,
        ))
    }

    async fn list_grants(
        &self,
        request: Request<pb::ListGrantsRequest>,
    ) -> Result<Response<pb::ListGrantsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_grants::list_grants(&call, request).await?,
        ))
    }

    async fn get_grant(
        &self,
        request: Request<pb::GetGrantRequest>,
    ) -> Result<Response<pb::Grant>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(get_grant::get_grant(&call, request).await?))
    }

    async fn create_grants(
        &self,
        request: Request<pb::CreateGrantsRequest>,
    ) -> Result<Response<pb::CreateGrantsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_grants::create_grants(&call, self.rules, request).await?,
        ))
    }

    async fn update_grants(
        &self,
        request: Request<pb::UpdateGrantsRequest>,
    ) -> Result<Response<pb::UpdateGrantsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            update_grants::update_grants(&call, self.rules, request).await?,
        ))
    }

    async fn revoke_grants(
        &self,
        request: Request<pb::RevokeGrantsRequest>,
    ) -> Result<Response<pb::RevokeGrantsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            revoke_grants::revoke_grants(&call, request).await?,
        ))
    }
}
