//! A request from its headers to its answer.

mod admission;
mod answer;
mod documents;
mod received;
mod reports;
mod route;
mod session;
mod windows;

use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, Request, Response, StatusCode, header::ALLOW, request::Parts};
use hyper::body::Incoming;
use jiff::Timestamp;
use nsp_kit::clock::Clock;

use self::{
    admission::{Admission, Denied},
    answer::Answer,
    route::{Endpoint, Nowhere, Place},
};
pub use self::{answer::Body, route::Routes};
use crate::{
    basic::Basic,
    behind::Behind,
    config::Config,
    counters::Counters,
    listener::{Handler, InFlight, Peer},
    policy::follow::Policy,
    sessions::{CertificateSession, CertificateSessions, Sessions},
    vouching::Vouching,
};

/// Everything a request may need.
pub struct Edge {
    pub config: Config,
    pub clock: Clock,
    pub routes: Routes,
    pub policy: Policy,
    pub vouching: Vouching,
    pub basic: Basic,
    pub sessions: Sessions,
    pub certificate_sessions: Arc<CertificateSessions>,
    pub behind: Behind,
}

/// By status.
static ANSWERS: Counters<StatusCode> = Counters::new();

/// One connection.
pub struct Connection {
    peer: Peer,
    /// Once it has used MoSAPI with its certificate.
    session: Mutex<Option<CertificateSession>>,
}

/// A request that has been let in.
struct Admitted<'r> {
    edge: &'r Edge,
    place: &'r Place,
    method: &'r Method,
    headers: &'r HeaderMap,
    query: &'r str,
    admission: Admission,
}

impl Handler for Edge {
    type Connection = Connection;

    fn connected(self: &Arc<Self>, peer: Peer) -> Connection {
        Connection {
            peer,
            session: Mutex::new(None),
        }
    }

    async fn handle(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        request: Request<Incoming>,
        in_flight: InFlight,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        let answer = self.answer(connection, &head, body).await;
        let status = answer.status;
        ANSWERS.increment(
            status,
            || metrics::counter!("nsp_access_answers", "status" => status.as_str().to_owned()),
        );
        answer.finish(&head.method, in_flight)
    }
}

impl Edge {
    async fn answer(&self, connection: &Connection, head: &Parts, body: Incoming) -> Answer {
        let place = match self.routes.find(&head.method, head.uri.path()) {
            Ok(place) => place,
            Err(Nowhere::NotFound) => return Answer::empty(StatusCode::NOT_FOUND),
            Err(Nowhere::MethodNotAllowed(methods)) => {
                let methods = http::HeaderValue::from_static(methods);
                return Answer::empty(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, methods);
            }
        };
        if !self.policy.was_whole() {
            return self.down();
        }
        match place.endpoint {
            Endpoint::Login => return self.log_in(connection, &place, head).await,
            Endpoint::Logout => return self.log_out(connection, &place, &head.headers),
            _ => {}
        }
        let admission = match self.admit(connection, &place, &head.headers).await {
            Ok(admission) => admission,
            Err(denied) => return self.denied(denied, connection, &place),
        };
        let admitted = Admitted {
            edge: self,
            place: &place,
            method: &head.method,
            headers: &head.headers,
            query: head.uri.query().unwrap_or_default(),
            admission,
        };
        let answer = match place.endpoint {
            Endpoint::Submit(kind) => admitted.submit(kind, body).await,
            Endpoint::Received(kind) => admitted.received(kind).await,
            Endpoint::Status(subject) => admitted.status(subject).await,
            Endpoint::Conformance => admitted.conformance().await,
            Endpoint::Windows(interface) => admitted.windows(interface).await,
            Endpoint::Window(interface) => admitted.window(interface, body).await,
            Endpoint::ProbeNodes(_) => admitted.probe_nodes().await,
            Endpoint::Monitoring => admitted.monitoring().await,
            Endpoint::Metrica => admitted.metrica(false).await,
            Endpoint::Daar => admitted.metrica(true).await,
            Endpoint::RdapUrls => admitted.rdap_urls().await,
            // Handled above: who logs in is not admitted yet.
            Endpoint::Login | Endpoint::Logout => Answer::empty(StatusCode::NOT_FOUND),
        };
        answer.compressed(&head.headers).await
    }

    fn denied(&self, denied: Denied, connection: &Connection, place: &Place) -> Answer {
        match denied {
            Denied::Unauthorized => match place.endpoint.interface() {
                route::Interface::Rri => Answer::wrong_password(),
                route::Interface::Mosapi if place.endpoint == Endpoint::Login => {
                    Answer::wrong_password()
                }
                route::Interface::Mosapi => Answer::not_authenticated(),
            },
            Denied::Unavailable => self.down(),
            Denied::TooMany(wait) => Answer::later(self.too_many(), wait),
            Denied::WrongAddress => Answer::wrong_address(connection.peer.address),
        }
    }

    /// What must be asked does not answer.
    fn down(&self) -> Answer {
        let status = StatusCode::from_u16(self.config.contract.behind_is_down);
        let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        Answer::later(status, std::time::Duration::from_secs(29))
    }

    fn too_many(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.config.contract.too_many_requests);
        status.unwrap_or(StatusCode::TOO_MANY_REQUESTS)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Admitted<'_> {
    /// What to tell the client of a call that failed.
    fn failed(&self, status: &tonic::Status) -> Answer {
        use tonic::Code;
        let endpoint = self.place.endpoint.word();
        tracing::error!(endpoint, code = ?status.code(), message = status.message(), "a call behind the edge failed");
        match status.code() {
            Code::NotFound => Answer::empty(StatusCode::NOT_FOUND),
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::ResourceExhausted => self.edge.down(),
            _ => Answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}
