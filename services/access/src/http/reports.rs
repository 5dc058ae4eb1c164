//! RRI's reports, as the reporting service takes and tells them (section 1.3 of the reference).

use bytes::Bytes;
use futures_util::stream;
use http::{
    Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use hyper::body::Incoming;
use nsp_proto::reporting::v1::{
    GetConformanceRequest, GetReceivedReportsRequest, GetReportingStatusRequest, HasReportRequest,
    ReportKind, SubmitReportRequest,
    get_reporting_status_request::Subject,
    submit_report_request::{Header, Part},
};

use super::{Admitted, answer::Answer, received, route::Entity};

const CHUNK: usize = 64 * 1024;

impl Admitted<'_> {
    /// A report comes in. It is taken in as a whole first, so that a slow client costs nobody else anything.
    pub(super) async fn submit(&self, kind: ReportKind, body: Incoming) -> Answer {
        let limits = &self.edge.config.limits;
        let body = match received::read(self.headers, body, limits, limits.body_bytes).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let header = Header {
            client: Some(self.admission.for_reporting()),
            kind: kind.into(),
            tld: self.tld(),
            path_id: self.place.id.clone(),
            content_type: self.header(&CONTENT_TYPE),
        };
        let parts = std::iter::once(Part::Header(header)).chain(chunks(body).map(Part::Chunk));
        let messages: Vec<_> = parts
            .map(|part| SubmitReportRequest { part: Some(part) })
            .collect();
        let mut client = self.edge.behind.reports();
        match client.submit_report(stream::iter(messages)).await {
            Ok(response) => self.documented(response.into_inner().answer),
            Err(status) => self.failed(&status),
        }
    }

    pub(super) async fn received(&self, kind: ReportKind) -> Answer {
        let mut client = self.edge.behind.reports();
        let (tld, date) = (self.tld(), self.place.id.clone());
        let answer = if self.method == Method::HEAD {
            let request = HasReportRequest {
                client: Some(self.admission.for_reporting()),
                kind: kind.into(),
                tld,
                date,
            };
            client.has_report(request).await
        } else {
            let request = GetReceivedReportsRequest {
                client: Some(self.admission.for_reporting()),
                kind: kind.into(),
                tld,
                date,
            };
            client.get_received_reports(request).await
        };
        self.answered(answer)
    }

    pub(super) async fn status(&self, subject: Subject) -> Answer {
        let request = GetReportingStatusRequest {
            client: Some(self.admission.for_reporting()),
            tld: self.tld(),
            subject: subject.into(),
            accept: self.header(&ACCEPT),
        };
        self.answered(
            self.edge
                .behind
                .reports()
                .get_reporting_status(request)
                .await,
        )
    }

    pub(super) async fn conformance(&self) -> Answer {
        let request = GetConformanceRequest {
            client: Some(self.admission.for_reporting()),
        };
        let answer = self.answered(self.edge.behind.reports().get_conformance(request).await);
        match answer.status {
            StatusCode::NOT_FOUND => Answer::empty(StatusCode::NOT_FOUND),
            _ => answer,
        }
    }

    /// The TLD of the address; empty for a registrar's.
    pub(super) fn tld(&self) -> String {
        match &self.place.entity {
            Some(Entity::Tld(tld)) => tld.clone(),
            _ => String::new(),
        }
    }

    /// A header as it came; empty if there is none.
    fn header(&self, name: &http::HeaderName) -> String {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }
}

fn chunks(mut body: Bytes) -> impl Iterator<Item = Vec<u8>> {
    std::iter::from_fn(move || {
        let chunk = body.split_to(body.len().min(CHUNK));
        (!chunk.is_empty()).then(|| chunk.to_vec())
    })
}
