//! Small servers in place of accounts, maintenance and reporting: they answer as their protos say.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use jiff::Timestamp;
use nsp_access::Addresses;
use nsp_kit::{clock::to_proto, testbed::Bed, tls::Certificates};
use nsp_proto::{
    accounts::v1::{
        Credential, GetCredentialRequest, ListCredentialsRequest, ListCredentialsResponse,
        SetCredentialRequest, VerifyCredentialRequest, VerifyCredentialResponse,
        credential::Kind,
        credential_service_server::{CredentialService, CredentialServiceServer},
    },
    maintenance::v1::{
        DeleteScheduleRequest, DeleteScheduleResponse, GetScheduleRequest, ListSchedulesRequest,
        ListSchedulesResponse, PutScheduleRequest, PutScheduleResponse, Rejection, Schedule,
        schedule_service_server::{ScheduleService, ScheduleServiceServer},
    },
    reporting::v1::{
        Answer, GetConformanceRequest, GetMetricaDocumentRequest, GetMonitoringDocumentRequest,
        GetProbeNodesRequest, GetRdapUrlListRequest, GetReceivedReportsRequest,
        GetReportingStatusRequest, HasReportRequest, SubmitReportRequest, SubmitReportResponse,
        answer::Outcome,
        monitoring_service_server::{MonitoringService, MonitoringServiceServer},
        report_service_server::{ReportService, ReportServiceServer},
        submit_report_request::{Header, Part},
    },
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Server, server::Router},
};

/// Where they answer, and what they saw.
pub struct Behind {
    pub addresses: Addresses,
    pub state: Arc<State>,
    stop: CancellationToken,
}

#[derive(Default)]
pub struct State {
    /// By user name.
    pub credentials: Mutex<HashMap<String, Known>>,
    pub verified: AtomicUsize,
    /// What was submitted, with its header.
    pub submitted: Mutex<Vec<(Header, Vec<u8>)>>,
    /// Paths and queries of documents that were asked for.
    pub documents: Mutex<Vec<(String, String)>>,
    pub schedules: Mutex<Vec<Schedule>>,
    pub accounts_down: AtomicBool,
}

/// A credential.
#[derive(Clone)]
pub struct Known {
    pub tld: &'static str,
    pub kind: Kind,
    pub password: &'static str,
    pub prefixes: Vec<String>,
    pub version: i64,
    /// Nothing is verified before this.
    pub locked: Option<Timestamp>,
}

impl Known {
    pub fn registry(tld: &'static str, password: &'static str) -> Self {
        Self {
            tld,
            kind: Kind::RriRy,
            password,
            prefixes: vec!["192.0.2.0/24".to_owned()],
            version: 1,
            locked: None,
        }
    }
}

#[derive(Clone)]
struct Services(Arc<State>);

impl Behind {
    pub async fn start(bed: &Bed) -> anyhow::Result<Self> {
        let state = Arc::new(State::default());
        let stop = bed.stop.child_token();
        let services = || Services(Arc::clone(&state));
        let start = async |name: &str, router: Router| -> anyhow::Result<String> {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = format!("https://{}", listener.local_addr()?);
            let incoming = Certificates::load(&bed.tls(name)?)?.accept(listener, stop.clone());
            let stopped = stop.clone().cancelled_owned();
            tokio::spawn(router.serve_with_incoming_shutdown(incoming, stopped));
            Ok(address)
        };
        let accounts = Server::builder().add_service(CredentialServiceServer::new(services()));
        let maintenance = Server::builder().add_service(ScheduleServiceServer::new(services()));
        let reporting = Server::builder()
            .add_service(ReportServiceServer::new(services()))
            .add_service(MonitoringServiceServer::new(services()));
        Ok(Self {
            addresses: Addresses {
                accounts: start("accounts", accounts).await?,
                maintenance: start("maintenance", maintenance).await?,
                reporting: start("reporting", reporting).await?,
            },
            state,
            stop,
        })
    }

    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub fn know(&self, user: &str, known: Known) {
        self.state
            .credentials
            .lock()
            .unwrap()
            .insert(user.to_owned(), known);
    }
}

#[tonic::async_trait]
impl CredentialService for Services {
    async fn get_credential(
        &self,
        _: Request<GetCredentialRequest>,
    ) -> Result<Response<Credential>, Status> {
        Err(Status::unimplemented("not the edge's"))
    }

    async fn list_credentials(
        &self,
        _: Request<ListCredentialsRequest>,
    ) -> Result<Response<ListCredentialsResponse>, Status> {
        Err(Status::unimplemented("not the edge's"))
    }

    async fn set_credential(
        &self,
        _: Request<SetCredentialRequest>,
    ) -> Result<Response<Credential>, Status> {
        Err(Status::unimplemented("not the edge's"))
    }

    async fn verify_credential(
        &self,
        request: Request<VerifyCredentialRequest>,
    ) -> Result<Response<VerifyCredentialResponse>, Status> {
        if self.0.accounts_down.load(Relaxed) {
            return Err(Status::unavailable("down"));
        }
        self.0.verified.fetch_add(1, Relaxed);
        let request = request.into_inner();
        let known = self
            .0
            .credentials
            .lock()
            .unwrap()
            .get(&request.user_name)
            .cloned();
        let locked = known.as_ref().and_then(|known| known.locked);
        let right = known.filter(|known| {
            known.locked.is_none() && known.tld == request.tld && known.password == request.password
        });
        Ok(Response::new(match right {
            Some(known) => {
                let kind = if known.kind == Kind::RriRy {
                    "rri-ry"
                } else {
                    "rri-dea"
                };
                VerifyCredentialResponse {
                    verified: true,
                    kind: known.kind.into(),
                    prefixes: known.prefixes,
                    credential: format!("tlds/{}/credentials/{kind}", known.tld),
                    version: known.version,
                    retry_time: None,
                }
            }
            None => VerifyCredentialResponse {
                retry_time: locked.map(to_proto),
                ..VerifyCredentialResponse::default()
            },
        }))
    }
}

#[tonic::async_trait]
impl ScheduleService for Services {
    async fn put_schedule(
        &self,
        request: Request<PutScheduleRequest>,
    ) -> Result<Response<PutScheduleResponse>, Status> {
        let schedule = request.into_inner().schedule.unwrap_or_default();
        let (start, end) = (schedule.start_time.unwrap(), schedule.end_time.unwrap());
        if end.seconds <= start.seconds {
            let rejection = Rejection {
                result_code: 2007,
                message: "The end is not after the start.".to_owned(),
                description: "endTime".to_owned(),
            };
            return Ok(Response::new(PutScheduleResponse {
                rejection: Some(rejection),
                ..Default::default()
            }));
        }
        let mut all = self.0.schedules.lock().unwrap();
        let before = all.len();
        all.retain(|known| known.schedule_id != schedule.schedule_id);
        let created = all.len() == before;
        all.push(schedule.clone());
        Ok(Response::new(PutScheduleResponse {
            schedule: Some(schedule),
            created,
            rejection: None,
        }))
    }

    async fn get_schedule(
        &self,
        request: Request<GetScheduleRequest>,
    ) -> Result<Response<Schedule>, Status> {
        let id = request.into_inner().schedule_id;
        let all = self.0.schedules.lock().unwrap();
        let found = all
            .iter()
            .find(|schedule| schedule.schedule_id == id)
            .cloned();
        found
            .map(Response::new)
            .ok_or_else(|| Status::not_found("none"))
    }

    async fn list_schedules(
        &self,
        _: Request<ListSchedulesRequest>,
    ) -> Result<Response<ListSchedulesResponse>, Status> {
        let schedules = self.0.schedules.lock().unwrap().clone();
        Ok(Response::new(ListSchedulesResponse { schedules }))
    }

    async fn delete_schedule(
        &self,
        request: Request<DeleteScheduleRequest>,
    ) -> Result<Response<DeleteScheduleResponse>, Status> {
        let id = request.into_inner().schedule_id;
        let mut all = self.0.schedules.lock().unwrap();
        let before = all.len();
        all.retain(|schedule| schedule.schedule_id != id);
        if all.len() == before {
            return Err(Status::not_found("none"));
        }
        Ok(Response::new(DeleteScheduleResponse::default()))
    }
}

fn document(text: impl Into<Vec<u8>>, content_type: &str) -> Answer {
    Answer {
        outcome: Outcome::Ok.into(),
        document: text.into(),
        content_type: content_type.to_owned(),
        ..Answer::default()
    }
}

#[tonic::async_trait]
impl ReportService for Services {
    async fn submit_report(
        &self,
        request: Request<Streaming<SubmitReportRequest>>,
    ) -> Result<Response<SubmitReportResponse>, Status> {
        let mut parts = request.into_inner();
        let mut header = None;
        let mut body = Vec::new();
        while let Some(message) = parts.message().await? {
            match message.part {
                Some(Part::Header(first)) => header = Some(first),
                Some(Part::Chunk(chunk)) => body.extend(chunk),
                None => {}
            }
        }
        let header = header.ok_or_else(|| Status::invalid_argument("no header"))?;
        let mut answer = document("<response/>", "text/xml; charset=utf-8");
        if body.starts_with(b"wrong") {
            answer.outcome = Outcome::Rejected.into();
        }
        if header.content_type == "text/html" {
            answer = Answer {
                outcome: Outcome::UnsupportedType.into(),
                ..Answer::default()
            };
        }
        self.0.submitted.lock().unwrap().push((header, body));
        Ok(Response::new(SubmitReportResponse {
            answer: Some(answer),
            ..Default::default()
        }))
    }

    async fn has_report(
        &self,
        request: Request<HasReportRequest>,
    ) -> Result<Response<Answer>, Status> {
        let outcome = if request.into_inner().date.ends_with("-10") {
            Outcome::Ok
        } else {
            Outcome::NotFound
        };
        Ok(Response::new(Answer {
            outcome: outcome.into(),
            ..Answer::default()
        }))
    }

    async fn get_received_reports(
        &self,
        _: Request<GetReceivedReportsRequest>,
    ) -> Result<Response<Answer>, Status> {
        Ok(Response::new(document("<reports/>", "text/xml")))
    }

    async fn get_reporting_status(
        &self,
        _: Request<GetReportingStatusRequest>,
    ) -> Result<Response<Answer>, Status> {
        Ok(Response::new(document("{}", "application/json")))
    }

    async fn get_conformance(
        &self,
        _: Request<GetConformanceRequest>,
    ) -> Result<Response<Answer>, Status> {
        Ok(Response::new(Answer {
            outcome: Outcome::NotFound.into(),
            ..Answer::default()
        }))
    }
}

#[tonic::async_trait]
impl MonitoringService for Services {
    async fn get_monitoring_document(
        &self,
        request: Request<GetMonitoringDocumentRequest>,
    ) -> Result<Response<Answer>, Status> {
        let request = request.into_inner();
        self.0
            .documents
            .lock()
            .unwrap()
            .push((request.path, request.query));
        let mut answer = document(
            format!("{{\"version\":2{}}}", " ".repeat(2_000)),
            "application/json",
        );
        answer.last_modified = Some(to_proto("2026-11-24T04:00:00Z".parse().unwrap()));
        "abc".clone_into(&mut answer.etag);
        if request.copy.unwrap_or_default().etags == ["abc"] {
            answer.outcome = Outcome::NotModified.into();
            answer.document.clear();
        }
        Ok(Response::new(answer))
    }

    async fn get_metrica_document(
        &self,
        _: Request<GetMetricaDocumentRequest>,
    ) -> Result<Response<Answer>, Status> {
        Ok(Response::new(document("{}", "application/json")))
    }

    async fn get_rdap_url_list(
        &self,
        _: Request<GetRdapUrlListRequest>,
    ) -> Result<Response<Answer>, Status> {
        Ok(Response::new(document("{}", "application/json")))
    }

    async fn get_probe_nodes(
        &self,
        _: Request<GetProbeNodesRequest>,
    ) -> Result<Response<Answer>, Status> {
        Ok(Response::new(document("{}", "application/json")))
    }
}
