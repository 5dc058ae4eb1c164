//! The gRPC face of this service. One file per method or family of methods; this one lists them.

mod answer;
mod body;
mod convert;
mod get_metrica_document;
mod get_monitoring_document;
mod get_report_status;
mod get_reporting_status;
mod has_report;
mod list_report_statuses;
mod list_submissions;
mod lists;
mod put_metrica_report;
mod put_monitoring_documents;
mod received_reports;
mod submit_report;

use std::sync::Arc;

use nsp_kit::call::Context;
use nsp_proto::reporting::v1::{
    self as pb,
    ingest_service_server::{IngestService, IngestServiceServer},
    monitoring_service_server::{MonitoringService, MonitoringServiceServer},
    report_service_server::{ReportService, ReportServiceServer},
    status_service_server::{StatusService, StatusServiceServer},
};
use tonic::{Request, Response, Result, Streaming, service::Routes};

use crate::{objects::Objects, settings::Settings};

/// The largest message this service takes: documents of 4 MiB and what is around them.
const MAX_MESSAGE: usize = 5 * 1024 * 1024;

/// What every method may need.
#[derive(Clone)]
struct Api {
    context: Context,
    settings: Arc<Settings>,
    objects: Objects,
}

/// Reports, monitoring, ingestion and status.
pub fn routes(context: Context, settings: Arc<Settings>, objects: Objects) -> Routes {
    let api = Api {
        context,
        settings,
        objects,
    };
    let ingest = IngestServiceServer::new(api.clone()).max_decoding_message_size(MAX_MESSAGE);
    Routes::new(ReportServiceServer::new(api.clone()))
        .add_service(MonitoringServiceServer::new(api.clone()))
        .add_service(StatusServiceServer::new(api))
        .add_service(ingest)
}

#[tonic::async_trait]
impl ReportService for Api {
    async fn submit_report(
        &self,
        request: Request<Streaming<pb::SubmitReportRequest>>,
    ) -> Result<Response<pb::SubmitReportResponse>> {
        let (call, parts) = self.context.enter(request)?;
        let answer =
            submit_report::submit_report(&call, &self.settings, &self.objects, parts).await?;
        Ok(Response::new(answer))
    }

    async fn has_report(
        &self,
        request: Request<pb::HasReportRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(has_report::has_report(&call, request).await?))
    }

    async fn get_received_reports(
        &self,
        request: Request<pb::GetReceivedReportsRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        let answer =
            received_reports::get_received_reports(&call, &self.settings, &self.objects, request)
                .await?;
        Ok(Response::new(answer))
    }

    async fn get_reporting_status(
        &self,
        request: Request<pb::GetReportingStatusRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        let answer =
            get_reporting_status::get_reporting_status(&call, &self.settings, request).await?;
        Ok(Response::new(answer))
    }

    async fn get_conformance(
        &self,
        request: Request<pb::GetConformanceRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (_, request) = self.context.enter(request)?;
        let answer = get_reporting_status::get_conformance(&self.settings, &request)?;
        Ok(Response::new(answer))
    }
}

#[tonic::async_trait]
impl MonitoringService for Api {
    async fn get_monitoring_document(
        &self,
        request: Request<pb::GetMonitoringDocumentRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        let answer =
            get_monitoring_document::get_monitoring_document(&call, &self.settings, request)
                .await?;
        Ok(Response::new(answer))
    }

    async fn get_metrica_document(
        &self,
        request: Request<pb::GetMetricaDocumentRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        let answer = get_metrica_document::get_metrica_document(
            &call,
            &self.settings,
            &self.objects,
            request,
        )
        .await?;
        Ok(Response::new(answer))
    }

    async fn get_rdap_url_list(
        &self,
        request: Request<pb::GetRdapUrlListRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        let answer = lists::get_rdap_url_list(&call, &self.settings, request).await?;
        Ok(Response::new(answer))
    }

    async fn get_probe_nodes(
        &self,
        request: Request<pb::GetProbeNodesRequest>,
    ) -> Result<Response<pb::Answer>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(lists::get_probe_nodes(&call, request).await?))
    }
}

#[tonic::async_trait]
impl IngestService for Api {
    async fn put_monitoring_documents(
        &self,
        request: Request<pb::PutMonitoringDocumentsRequest>,
    ) -> Result<Response<pb::PutMonitoringDocumentsResponse>> {
        let (call, request) = self.context.enter(request)?;
        let answer = put_monitoring_documents::put_monitoring_documents(&call, &request).await?;
        Ok(Response::new(answer))
    }

    async fn delete_monitoring_documents(
        &self,
        request: Request<pb::DeleteMonitoringDocumentsRequest>,
    ) -> Result<Response<pb::DeleteMonitoringDocumentsResponse>> {
        let (call, request) = self.context.enter(request)?;
        let answer = put_monitoring_documents::delete_monitoring_documents(&call, &request).await?;
        Ok(Response::new(answer))
    }

    async fn put_metrica_report(
        &self,
        request: Request<Streaming<pb::PutMetricaReportRequest>>,
    ) -> Result<Response<pb::PutMetricaReportResponse>> {
        let (call, parts) = self.context.enter(request)?;
        let answer =
            put_metrica_report::put_metrica_report(&call, &self.settings, &self.objects, parts)
                .await?;
        Ok(Response::new(answer))
    }

    async fn put_rdap_urls(
        &self,
        request: Request<pb::PutRdapUrlsRequest>,
    ) -> Result<Response<pb::PutRdapUrlsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(lists::put_rdap_urls(&call, request).await?))
    }

    async fn put_probe_nodes(
        &self,
        request: Request<pb::PutProbeNodesRequest>,
    ) -> Result<Response<pb::PutProbeNodesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(lists::put_probe_nodes(&call, request).await?))
    }
}

#[tonic::async_trait]
impl StatusService for Api {
    async fn list_report_statuses(
        &self,
        request: Request<pb::ListReportStatusesRequest>,
    ) -> Result<Response<pb::ListReportStatusesResponse>> {
        let (call, request) = self.context.enter(request)?;
        let answer =
            list_report_statuses::list_report_statuses(&call, &self.settings, request).await?;
        Ok(Response::new(answer))
    }

    async fn get_report_status(
        &self,
        request: Request<pb::GetReportStatusRequest>,
    ) -> Result<Response<pb::ReportStatus>> {
        let (call, request) = self.context.enter(request)?;
        let answer = get_report_status::get_report_status(&call, &self.settings, &request).await?;
        Ok(Response::new(answer))
    }

    async fn list_submissions(
        &self,
        request: Request<pb::ListSubmissionsRequest>,
    ) -> Result<Response<pb::ListSubmissionsResponse>> {
        let (call, request) = self.context.enter(request)?;
        let answer = list_submissions::list_submissions(&call, request).await?;
        Ok(Response::new(answer))
    }
}
