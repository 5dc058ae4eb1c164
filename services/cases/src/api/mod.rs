//! The gRPC face of this service. One file per method; this one lists them.

mod cancel_case;
mod close_case;
mod convert;
mod count_cases;
mod create_case;
mod create_comment;
mod create_internal_note;
mod decide_expedite;
mod decline_reopen;
mod get_case;
mod list_cases;
mod list_comments;
mod list_internal_notes;
mod list_related_cases;
mod reopen_case;
mod request_expedite;
mod request_information;
mod take_case;

use nsp_kit::call::Context;
use nsp_proto::cases::v1::{
    self as pb,
    case_service_server::{CaseService, CaseServiceServer},
};
use tonic::{Request, Response, Result, service::Routes};

/// The largest message this service takes: a description of 8,000 characters is at most 32 kB.
const MAX_MESSAGE: usize = 256 * 1024;

pub struct Api {
    context: Context,
}

impl Api {
    pub fn routes(context: Context) -> Routes {
        Routes::new(CaseServiceServer::new(Self { context }).max_decoding_message_size(MAX_MESSAGE))
    }
}

#[tonic::async_trait]
impl CaseService for Api {
    async fn create_case(
        &self,
        request: Request<pb::CreateCaseRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_case::create_case(&call, request).await?,
        ))
    }

    async fn get_case(&self, request: Request<pb::GetCaseRequest>) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(get_case::get_case(&call, request).await?))
    }

    async fn list_cases(
        &self,
        request: Request<pb::ListCasesRequest>,
    ) -> Result<Response<pb::ListCasesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(list_cases::list_cases(&call, request).await?))
    }

    async fn count_cases(
        &self,
        request: Request<pb::CountCasesRequest>,
    ) -> Result<Response<pb::CountCasesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            count_cases::count_cases(&call, request).await?,
        ))
    }

    async fn list_related_cases(
        &self,
        request: Request<pb::ListRelatedCasesRequest>,
    ) -> Result<Response<pb::ListRelatedCasesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_related_cases::list_related_cases(&call, request).await?,
        ))
    }

    async fn create_comment(
        &self,
        request: Request<pb::CreateCommentRequest>,
    ) -> Result<Response<pb::Comment>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_comment::create_comment(&call, request).await?,
        ))
    }

    async fn list_comments(
        &self,
        request: Request<pb::ListCommentsRequest>,
    ) -> Result<Response<pb::ListCommentsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_comments::list_comments(&call, request).await?,
        ))
    }

    async fn request_expedite(
        &self,
        request: Request<pb::RequestExpediteRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            request_expedite::request_expedite(&call, request).await?,
        ))
    }

    async fn cancel_case(
        &self,
        request: Request<pb::CancelCaseRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            cancel_case::cancel_case(&call, request).await?,
        ))
    }

    async fn take_case(&self, request: Request<pb::TakeCaseRequest>) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(take_case::take_case(&call, request).await?))
    }

    async fn request_information(
        &self,
        request: Request<pb::RequestInformationRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            request_information::request_information(&call, request).await?,
        ))
    }

    async fn decide_expedite(
        &self,
        request: Request<pb::DecideExpediteRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            decide_expedite::decide_expedite(&call, request).await?,
        ))
    }

    async fn close_case(
        &self,
        request: Request<pb::CloseCaseRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(close_case::close_case(&call, request).await?))
    }

    async fn reopen_case(
        &self,
        request: Request<pb::ReopenCaseRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            reopen_case::reopen_case(&call, request).await?,
        ))
    }

    async fn decline_reopen(
        &self,
        request: Request<pb::DeclineReopenRequest>,
    ) -> Result<Response<pb::Case>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            decline_reopen::decline_reopen(&call, request).await?,
        ))
    }

    async fn create_internal_note(
        &self,
        request: Request<pb::CreateInternalNoteRequest>,
    ) -> Result<Response<pb::InternalNote>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_internal_note::create_internal_note(&call, request).await?,
        ))
    }

    async fn list_internal_notes(
        &self,
        request: Request<pb::ListInternalNotesRequest>,
    ) -> Result<Response<pb::ListInternalNotesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_internal_notes::list_internal_notes(&call, request).await?,
        ))
    }
}
