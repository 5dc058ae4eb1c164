//! The gRPC face of this service. One file per method; this one lists them.

mod convert;
mod count_windows;
mod create_feed;
mod create_windows;
mod delete_feed;
mod delete_schedule;
mod delete_windows;
mod expand_recurrence;
mod export_windows;
mod get_feed;
mod get_feed_calendar;
mod get_schedule;
mod get_window;
mod list_schedules;
mod list_services;
mod list_windows;
mod problems;
mod put_schedule;
mod schedule_content;
mod schedule_service;
mod update_window;

use nsp_kit::call::Context;
use nsp_proto::maintenance::v1::{
    self as pb,
    feed_service_server::{FeedService, FeedServiceServer},
    schedule_service_server::ScheduleServiceServer,
    window_service_server::{WindowService, WindowServiceServer},
};
use tonic::{Request, Response, Result, service::Routes};

use crate::{ResultCodes, domain::Limits};

/// The largest message this service takes: 500 windows with descriptions of 1,000 characters are at most 2.3 MB.
const MAX_MESSAGE: usize = 3 * 1024 * 1024;

/// Windows, feeds and schedules.
pub fn routes(context: Context, limits: Limits, codes: ResultCodes) -> Routes {
    let windows = Windows {
        context: context.clone(),
        limits,
    };
    let windows = WindowServiceServer::new(windows).max_decoding_message_size(MAX_MESSAGE);
    let schedules = schedule_service::Schedules {
        context: context.clone(),
        limits,
        codes,
    };
    Routes::new(windows)
        .add_service(FeedServiceServer::new(Feeds { context }))
        .add_service(ScheduleServiceServer::new(schedules))
}

struct Windows {
    context: Context,
    limits: Limits,
}

#[tonic::async_trait]
impl WindowService for Windows {
    async fn list_services(
        &self,
        request: Request<pb::ListServicesRequest>,
    ) -> Result<Response<pb::ListServicesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_services::list_services(&call, request).await?,
        ))
    }

    async fn get_window(
        &self,
        request: Request<pb::GetWindowRequest>,
    ) -> Result<Response<pb::Window>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(get_window::get_window(&call, request).await?))
    }

    async fn list_windows(
        &self,
        request: Request<pb::ListWindowsRequest>,
    ) -> Result<Response<pb::ListWindowsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_windows::list_windows(&call, request).await?,
        ))
    }

    async fn count_windows(
        &self,
        request: Request<pb::CountWindowsRequest>,
    ) -> Result<Response<pb::CountWindowsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            count_windows::count_windows(&call, request).await?,
        ))
    }

    async fn create_windows(
        &self,
        request: Request<pb::CreateWindowsRequest>,
    ) -> Result<Response<pb::CreateWindowsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_windows::create_windows(&call, &self.limits, request).await?,
        ))
    }

    async fn expand_recurrence(
        &self,
        request: Request<pb::ExpandRecurrenceRequest>,
    ) -> Result<Response<pb::ExpandRecurrenceResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(expand_recurrence::expand_recurrence(
            &call,
            &self.limits,
            &request,
        )?))
    }

    async fn update_window(
        &self,
        request: Request<pb::UpdateWindowRequest>,
    ) -> Result<Response<pb::Window>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            update_window::update_window(&call, &self.limits, request).await?,
        ))
    }

    async fn delete_windows(
        &self,
        request: Request<pb::DeleteWindowsRequest>,
    ) -> Result<Response<pb::DeleteWindowsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            delete_windows::delete_windows(&call, request).await?,
        ))
    }

    async fn export_windows(
        &self,
        request: Request<pb::ExportWindowsRequest>,
    ) -> Result<Response<pb::ExportWindowsResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            export_windows::export_windows(&call, request).await?,
        ))
    }
}

struct Feeds {
    context: Context,
}

#[tonic::async_trait]
impl FeedService for Feeds {
    async fn get_feed(&self, request: Request<pb::GetFeedRequest>) -> Result<Response<pb::Feed>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(get_feed::get_feed(&call, request).await?))
    }

    async fn create_feed(
        &self,
        request: Request<pb::CreateFeedRequest>,
    ) -> Result<Response<pb::CreateFeedResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            create_feed::create_feed(&call, request).await?,
        ))
    }

    async fn delete_feed(
        &self,
        request: Request<pb::DeleteFeedRequest>,
    ) -> Result<Response<pb::DeleteFeedResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            delete_feed::delete_feed(&call, request).await?,
        ))
    }

    async fn get_feed_calendar(
        &self,
        request: Request<pb::GetFeedCalendarRequest>,
    ) -> Result<Response<pb::FeedCalendar>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            get_feed_calendar::get_feed_calendar(&call, request).await?,
        ))
    }
}
