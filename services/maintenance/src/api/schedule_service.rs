//! The gRPC face of schedules: one line per method, and what all of them do.

use std::collections::HashMap;

use nsp_kit::{call::Context, clock::to_proto, db::Tx, status::Violations};
use nsp_proto::maintenance::v1::{
    self as pb, machine_client::Interface, schedule_service_server::ScheduleService,
};
use tonic::{Request, Response, Result};

use super::{delete_schedule, get_schedule, list_schedules, put_schedule};
use crate::{
    ResultCodes,
    domain::{Fault, Faults, Label, Limits, Origin, ScheduleId, Window},
    error::Error,
    store,
};

pub struct Schedules {
    pub context: Context,
    pub limits: Limits,
    pub codes: ResultCodes,
}

#[tonic::async_trait]
impl ScheduleService for Schedules {
    async fn put_schedule(
        &self,
        request: Request<pb::PutScheduleRequest>,
    ) -> Result<Response<pb::PutScheduleResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            put_schedule::put_schedule(&call, self, request).await?,
        ))
    }

    async fn get_schedule(
        &self,
        request: Request<pb::GetScheduleRequest>,
    ) -> Result<Response<pb::Schedule>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            get_schedule::get_schedule(&call, request).await?,
        ))
    }

    async fn list_schedules(
        &self,
        request: Request<pb::ListSchedulesRequest>,
    ) -> Result<Response<pb::ListSchedulesResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            list_schedules::list_schedules(&call, request).await?,
        ))
    }

    async fn delete_schedule(
        &self,
        request: Request<pb::DeleteScheduleRequest>,
    ) -> Result<Response<pb::DeleteScheduleResponse>> {
        let (call, request) = self.context.enter(request)?;
        Ok(Response::new(
            delete_schedule::delete_schedule(&call, &self.codes, request).await?,
        ))
    }
}

/// Which schedule a request is about.
#[derive(Debug)]
pub struct Target {
    pub tld: Label,
    pub id: ScheduleId,
}

pub fn target(bad: &mut Violations, prefix: &str, tld: &str, id: &str) -> Option<Target> {
    let tld = bad.parse(&format!("{prefix}tld"), tld);
    let id = bad.parse(&format!("{prefix}schedule_id"), id);
    Some(Target { tld: tld?, id: id? })
}

/// Who is behind a call.
#[derive(Debug)]
pub struct Client {
    pub name: String,
    pub origin: Origin,
}

pub fn client(bad: &mut Violations, client: Option<pb::MachineClient>) -> Option<Client> {
    let client = client.unwrap_or_default();
    let origin = match client.interface() {
        Interface::Unspecified => {
            bad.add("client.interface", "must be given");
            None
        }
        Interface::Rri => Some(Origin::Rri),
        Interface::Mosapi => Some(Origin::MosApi),
    };
    let visible = !client.name.is_empty() && !client.name.contains(char::is_control);
    if !visible || client.name.chars().count() > 253 {
        bad.add("client.name", "must be 1 to 253 characters");
        return None;
    }
    Some(Client {
        name: client.name,
        origin: origin?,
    })
}

/// The windows of a schedule, which nobody else changes until the transaction ends: its TLD is locked first and then they
/// are, the order in which everybody locks them. Also who holds the TLD.
pub async fn lock(
    tx: &mut Tx,
    target: &Target,
) -> Result<(nsp_kit::id::AccountId, Vec<Window>), Error> {
    let labels = [target.tld.clone()];
    let account = store::schedules::holder(tx, &target.tld).await?;
    let account = account.ok_or(Error::TldNotFound)?;
    if store::tlds::lock(tx, account, &labels).await?.is_empty() {
        // It has gone to another account just now.
        return Err(Error::TldNotFound);
    }
    let windows = store::schedules::find(tx, &target.tld, &target.id).await?;
    let ids: Vec<_> = windows.iter().map(|window| window.id).collect();
    let locked = store::windows::lock(tx, &ids).await?;
    let mut locked: HashMap<_, _> = locked.into_iter().map(|one| (one.id, one)).collect();
    let in_order = ids.iter().filter_map(|id| locked.remove(id));
    Ok((account, in_order.collect()))
}

/// The windows of one schedule, as machines see them.
pub fn schedule(windows: &[Window]) -> Option<pb::Schedule> {
    let first = windows.first()?;
    let draft = &first.draft;
    let spans = windows.iter().map(|window| window.draft.span);
    let start = spans.clone().map(|span| span.start()).min()?;
    let end = spans.map(|span| span.end()).max()?;
    let created = windows.iter().map(|window| window.create_time).min()?;
    let updated = windows.iter().map(|window| window.update_time).max()?;
    Some(pb::Schedule {
        tld: draft.tld.as_ref().to_owned(),
        schedule_id: id_of(first),
        display_name: draft.title.as_ref().to_owned(),
        description: draft.description.as_ref().to_owned(),
        enabled: draft.enabled,
        services: windows
            .iter()
            .map(|window| window.draft.service.as_ref().to_owned())
            .collect(),
        start_time: Some(to_proto(start)),
        end_time: Some(to_proto(end)),
        create_time: Some(to_proto(created)),
        update_time: Some(to_proto(updated)),
    })
}

/// The id that a window's schedule goes by.
pub fn id_of(window: &Window) -> String {
    match &window.external_id {
        Some(id) => id.clone(),
        None => window.id.0.to_string(),
    }
}

/// What a client is told of what is wrong; none if nothing is.
pub fn rejection(faults: &Faults, codes: &ResultCodes) -> Option<pb::Rejection> {
    let first = faults.first()?;
    let code = match first {
        Fault::Field => codes.field,
        Fault::Service => codes.service,
        Fault::End => codes.end,
        Fault::Limit => codes.limit,
        Fault::Started => codes.started,
        Fault::Ended => codes.ended,
        Fault::Overlap => codes.overlap,
    };
    Some(pb::Rejection {
        result_code: code.into(),
        message: first.to_string(),
        description: faults.to_string(),
    })
}
