//! `UploadService`, a line per method.

use nsp_proto::tlsauth::v1::{self as pb, upload_service_server::UploadService};
use tonic::{Request, Response, Result};

use super::{
    Api, create_upload, decide_upload, get_upload, get_upload_consent, list_upload_consents,
    list_uploads, validate_upload, withdraw_upload,
};

#[tonic::async_trait]
impl UploadService for Api {
    async fn validate_upload(
        &self,
        request: Request<pb::ValidateUploadRequest>,
    ) -> Result<Response<pb::ValidateUploadResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            validate_upload::validate_upload(&call, self.rules, request).await?,
        ))
    }

    async fn create_upload(
        &self,
        request: Request<pb::CreateUploadRequest>,
    ) -> Result<Response<pb::Upload>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_upload::create_upload(&call, self.rules, request).await?,
        ))
    }

    async fn get_upload(
        &self,
        request: Request<pb::GetUploadRequest>,
    ) -> Result<Response<pb::Upload>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(get_upload::get_upload(&call, request).await?))
    }

    async fn list_uploads(
        &self,
        request: Request<pb::ListUploadsRequest>,
    ) -> Result<Response<pb::ListUploadsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_uploads::list_uploads(&call, request).await?,
        ))
    }

    async fn withdraw_upload(
        &self,
        request: Request<pb::WithdrawUploadRequest>,
    ) -> Result<Response<pb::Upload>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            withdraw_upload::withdraw_upload(&call, request).await?,
        ))
    }

    async fn list_upload_consents(
        &self,
        request: Request<pb::ListUploadConsentsRequest>,
    ) -> Result<Response<pb::ListUploadConsentsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_upload_consents::list_upload_consents(&call, request).await?,
        ))
    }

    async fn get_upload_consent(
        &self,
        request: Request<pb::GetUploadConsentRequest>,
    ) -> Result<Response<pb::UploadConsent>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            get_upload_consent::get_upload_consent(&call, request).await?,
        ))
    }

    async fn approve_upload(
        &self,
        request: Request<pb::ApproveUploadRequest>,
    ) -> Result<Response<pb::UploadConsent>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            decide_upload::approve_upload(&call, request).await?,
        ))
    }

    async fn object_to_upload(
        &self,
        request: Request<pb::ObjectToUploadRequest>,
    ) -> Result<Response<pb::UploadConsent>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            decide_upload::object_to_upload(&call, request).await?,
        ))
    }
}
